// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if os(Linux)
    import EventFD
    import WaitQueue

    extension Leader {
        /// Both sides add to one counter and take from it, the file may end meanwhile: nothing is lost, and nothing is there twice.
        func balance() {
            let isFull = Int.random(in: 0..<4, using: &random) == 0
            let isSemaphore = !isFull && Bool.random(using: &random)
            let initialValue = UInt32.random(in: 0...5, using: &random)
            guard let foreign = openForeign(initialValue, isSemaphore ? [.semaphore, .nonBlocking] : .nonBlocking) else { return }
            let ledger = Ledger(initialValue: UInt64(initialValue))
            if isFull { fill(foreign.peer, ledger) }
            let hands = hands { random in peerPart(duplicate(foreign.peer), ledger, seed: random.next()) }
            play(filePart(foreign, ledger, isFull: isFull, seed: random.next()), hands: hands)
            check(foreign, ledger, isFull: isFull)
            if Bool.random(using: &random) { foreign.file.drop() }
        }

        private func fill(_ peer: Peer, _ ledger: Ledger) {
            let room = .max - 1 - ledger.left
            violations.check(peer.write(room) != nil, "a peer could not fill a counter")
            ledger.add(room)
        }

        /// Writes and reads by system calls, and closes its descriptor in the middle or at the end.
        private func peerPart(_ parcel: Parcel<Peer>?, _ ledger: Ledger, seed: UInt64) -> Part {
            { activity in
                var random = SplitMix64(seed: seed)
                activity.enter(.writing)
                for _ in 0..<Int.random(in: 1...24, using: &random) {
                    let value = UInt64.random(in: 0...9, using: &random)
                    switch Int.random(in: 0..<16, using: &random) {
                    case 0: parcel?.drop()
                    case 1..<10:
                        // Before it is written, as it may be read at once.
                        ledger.add(value)
                        if parcel?.content?.write(value) == nil { ledger.takeBack(value) }
                    default: ledger.take(parcel?.content?.read() ?? 0)
                    }
                }
                parcel?.drop()
            }
        }

        /// Writes, reads and signals through the file, and ends it in the middle or not at all.
        private func filePart(_ foreign: Foreign, _ ledger: Ledger, isFull: Bool, seed: UInt64) -> Part {
            { [arena] activity in
                var random = SplitMix64(seed: seed)
                activity.enter(.writing)
                for _ in 0..<Int.random(in: 1...32, using: &random) {
                    let value = UInt64.random(in: 0...9, using: &random)
                    let file = foreign.file.content?.file
                    switch Int.random(in: 0..<24, using: &random) {
                    case 0..<6: Self.write(value, file, ledger, arena, isFull: isFull)
                    case 6..<11: Self.read(file, ledger, arena)
                    case 11..<20:
                        // What finds no room is written later.
                        ledger.add(value)
                        let added = foreign.line.signal(arena.tally, value)
                        arena.violations.check(
                            added == value || isFull && added == 0,
                            "a signal added something else than there was room for"
                        )
                    case 20..<22: Self.look(file, arena)
                    default: FileEnd.allCases.randomElement(using: &random)!.end(foreign.file, arena)
                    }
                }
            }
        }

        private static func write(_ value: UInt64, _ file: EventFDFile?, _ ledger: Ledger, _ arena: Arena, isFull: Bool) {
            guard let file else { return }
            ledger.add(value)
            do throws(EventFDError) {
                try file.tryWrite(value)
                arena.tally.writes.add()
            } catch {
                ledger.takeBack(value)
                arena.violations.check(
                    error == .badFileDescriptor && file.poll() == .invalid || isFull && error == .wouldBlock,
                    "a write to a kernel's eventfd: \(error)"
                )
            }
        }

        private static func read(_ file: EventFDFile?, _ ledger: Ledger, _ arena: Arena) {
            guard let file else { return }
            do throws(EventFDError) {
                ledger.take(try file.tryRead())
                arena.tally.reads.add()
            } catch {
                arena.violations.check(
                    error == .badFileDescriptor && file.poll() == .invalid || error == .wouldBlock,
                    "a read of a kernel's eventfd: \(error)"
                )
            }
        }

        private static func look(_ file: EventFDFile?, _ arena: Arena) {
            guard let file else { return }
            do throws(EventFDError) {
                let readiness = try file.withPollableDescriptor { SystemCall.readiness(of: $0) }
                arena.violations.check(readiness != .notOpen, "a descriptor that was lent is not open")
            } catch {
                arena.violations.check(error == .badFileDescriptor && file.poll() == .invalid, "a descriptor to lend: \(error)")
            }
        }

        /// Nobody does anything any more, but for the poller, which may still have to write what found no room.
        private func check(_ foreign: Foreign, _ ledger: Ledger, isFull: Bool) {
            activity.enter(.counting)
            if !isFull, let file = foreign.file.content?.file, !foreign.line.event.isEnding {
                violations.check(file.count == ledger.left, "a file does not show what is left in a kernel's eventfd")
                violations.check(
                    file.poll() == (ledger.left > 0 ? [.input, .output] : .output),
                    "a poll does not show what is left in a kernel's eventfd"
                )
            }
            let isBalanced = {
                ledger.take(foreign.peer.readAll())
                return ledger.left == 0
            }
            if isFull {
                violations.check(waitUntil(isBalanced), "signals that had found no room were not written when there was some")
            } else {
                violations.check(isBalanced(), "what was written to a kernel's eventfd is not what was read and what was left")
            }
        }
    }
#endif
