// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if os(Linux)
    import EventFD

    #if canImport(Glibc)
        import Glibc
    #elseif canImport(Musl)
        import Musl
    #else
        #error("swift-irqfd knows three C libraries: Glibc, Musl and that of macOS")
    #endif

    extension Leader {
        private static var fileKey: UInt64 { 1 }
        private static var doorbellKey: UInt64 { 2 }

        /// An epoll loop in another thread is told of signals, and of nothing when the file has been released: not of a stranger either.
        func watch() {
            let signals = UInt64.random(in: 0...3, using: &random)
            guard let loop = EventLoop(), let doorbell = openForeign(0, []) else {
                return violations.add("an epoll set could not be made")
            }
            guard let (parcel, line) = openOwn(0) else { return }
            guard add(parcel, to: loop), doorbell.peer.lend({ loop.add($0, key: Self.doorbellKey) }) else {
                return violations.add("an epoll set refused a descriptor that was lent")
            }
            let end = FileEnd.allCases.randomElement(using: &random)!
            let released = Fact()
            let heard = Tally.Count()
            play(
                { [arena] activity in
                    if signals > 0 {
                        line.signal(arena.tally, signals)
                        activity.enter(.awaitingAnswer)
                        arena.violations.check(Self.waitUntil(arena) { heard.now > 0 }, "an epoll loop was not told of a signal")
                    }
                    activity.enter(.closing)
                    end.end(parcel, arena)
                    released.establish()
                    line.signal(arena.tally, 1)
                    usleep(50)
                    doorbell.peer.write(1)
                },
                hands: [
                    { [arena] activity in
                        while true {
                            activity.enter(.lending)
                            let wasReleased = released.isSo
                            // What is said after the release belongs to nobody that was added.
                            let key = loop.next(milliseconds: 10_000)
                            if key == Self.doorbellKey { return }
                            if key == nil { return arena.violations.add("an epoll loop was not told of a write") }
                            arena.violations.check(!wasReleased, "an epoll loop was told of a file that had been released")
                            arena.violations.check(signals > 0, "an epoll loop was told of a file that nobody had signalled")
                            heard.add()
                            sched_yield()
                        }
                    }
                ]
            )
        }

        private func add(_ parcel: Parcel<OpenFile>, to loop: EventLoop) -> Bool {
            guard let open = parcel.content else { return false }
            do throws(EventFDError) {
                let isAdded = try open.file.withPollableDescriptor { loop.add($0, key: Self.fileKey) }
                if open.hasLent.establish() { tally.pollables.add() }
                return isAdded
            } catch {
                return false
            }
        }
    }
#endif
