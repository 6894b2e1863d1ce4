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
        /// Files that have counters of their own, and lend descriptors to several threads while others use them, and end.
        func lend() {
            let initialValue = UInt32.random(in: 0...1, using: &random)
            guard let (parcel, line) = openOwn(initialValue) else { return }
            lend(parcel, line, initialValue)
        }

        /// A file with a counter of its own, of which the parcel has the only reference; nil: that failed.
        func openOwn(_ initialValue: UInt32) -> (Parcel<OpenFile>, SharedLine)? {
            do throws(EventFDError) {
                let open = try OpenFile(initialValue: initialValue, flags: .nonBlocking)
                return (Parcel(open), open.line)
            } catch {
                violations.add("a new file: \(error)")
                return nil
            }
        }

        private func lend(_ parcel: Parcel<OpenFile>, _ line: SharedLine, _ initialValue: UInt32) {
            switch Int.random(in: 0..<4, using: &random) {
            case 0:
                // Nobody changes the counter: what is lent must be what it says, even when the file is ended meanwhile.
                let expected: SystemCall.Readiness = initialValue > 0 ? .readable : .notReadable
                let hands = hands { random in borrower(parcel, expected, seed: random.next()) }
                let end = FileEnd.allCases.randomElement(using: &random)!
                play({ [arena] _ in end.end(parcel, arena) }, hands: hands)
            case 1:
                // One thread sleeps in poll(2), and is woken by a signal.
                play(
                    { [arena] _ in line.signal(arena.tally, 1) },
                    hands: [{ [arena] activity in Self.awaitReadable(parcel, arena, activity) }]
                )
            default:
                let hands = hands { random in borrower(parcel, nil, seed: random.next()) }
                play(user(parcel, line, ends: Bool.random(using: &random), seed: random.next()), hands: hands)
            }
            checkReadiness(parcel, line)
            if Bool.random(using: &random) { FileEnd.allCases.randomElement(using: &random)!.end(parcel, arena) }
            // Whether the descriptor is gone or not.
            if Bool.random(using: &random) { usleep(1) }
            for _ in 0..<Int.random(in: 0...3, using: &random) { line.signal(tally, 1) }
        }

        /// Is lent the descriptor, and looks at it; at its readiness as well, if that is known.
        private func borrower(_ parcel: Parcel<OpenFile>, _ expected: SystemCall.Readiness?, seed: UInt64) -> Part {
            { [arena] activity in
                var random = SplitMix64(seed: seed)
                for _ in 0..<Int.random(in: 1...8, using: &random) {
                    activity.enter(.lending)
                    let looks = Int.random(in: 1...8, using: &random)
                    guard let open = parcel.content else { return }
                    do throws(EventFDError) {
                        try open.file.withPollableDescriptor { number in
                            for _ in 0..<looks {
                                let readiness = SystemCall.readiness(of: number)
                                arena.violations.check(readiness != .notOpen, "a descriptor that was lent was closed meanwhile")
                                arena.violations.check(
                                    expected == nil || readiness == expected,
                                    "a descriptor that was lent is not readable exactly while its file is"
                                )
                            }
                        }
                        if open.hasLent.establish() { arena.tally.pollables.add() }
                    } catch {
                        arena.violations.check(error == .badFileDescriptor && open.line.event.isEnding, "a descriptor to lend: \(error)")
                    }
                }
            }
        }

        private static func awaitReadable(_ parcel: Parcel<OpenFile>, _ arena: Arena, _ activity: Activity) {
            activity.enter(.lending)
            guard let open = parcel.content else { return }
            do throws(EventFDError) {
                let readiness = try open.file.withPollableDescriptor { SystemCall.readiness(of: $0, milliseconds: 5_000) }
                if open.hasLent.establish() { arena.tally.pollables.add() }
                arena.violations.check(readiness == .readable, "a thread that waits for a descriptor that it was lent was not woken")
            } catch {
                arena.violations.add("a descriptor of an open file: \(error)")
            }
        }

        /// Signals, writes and reads; ends the file in the middle or not at all.
        private func user(_ parcel: Parcel<OpenFile>, _ line: SharedLine, ends: Bool, seed: UInt64) -> Part {
            { [arena] activity in
                var random = SplitMix64(seed: seed)
                let times = Int.random(in: 2...24, using: &random)
                let end = Int.random(in: 0..<times, using: &random)
                for number in 0..<times {
                    activity.enter(.signalling)
                    if ends, number == end { FileEnd.allCases.randomElement(using: &random)!.end(parcel, arena) }
                    let open = parcel.content
                    do throws(EventFDError) {
                        switch Int.random(in: 0..<4, using: &random) {
                        case 0, 1: line.signal(arena.tally, 1)
                        case 2: try open?.file.tryWrite(1)
                        default: _ = try open?.file.tryRead()
                        }
                    } catch {
                        arena.violations.check(error == .wouldBlock || line.event.isEnding, "a read or a write: \(error)")
                    }
                }
            }
        }

        /// Nobody does anything any more.
        private func checkReadiness(_ parcel: Parcel<OpenFile>, _ line: SharedLine) {
            guard let open = parcel.content else { return }
            do throws(EventFDError) {
                let readiness = try open.file.withPollableDescriptor { SystemCall.readiness(of: $0) }
                violations.check(!line.event.isEnding, "a closed file has lent a descriptor")
                violations.check(
                    readiness == (open.file.count > 0 ? .readable : .notReadable),
                    "a descriptor that was lent is not readable exactly while its file is"
                )
            } catch {
                violations.check(error == .badFileDescriptor && line.event.isEnding, "a descriptor to lend: \(error)")
            }
        }
    }
#endif
