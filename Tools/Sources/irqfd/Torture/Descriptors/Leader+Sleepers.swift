// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if os(Linux)
    import EventFD

    extension Leader {
        /// Threads that sleep in a read or a write of a file on a descriptor: the other side wakes one, and a close ends the others.
        func sleepAndWake() {
            let writes = Bool.random(using: &random)
            guard let foreign = openForeign(0, .nonBlocking) else { return }
            let ledger = Ledger(initialValue: 0)
            if writes {
                foreign.peer.write(.max - 1)
                ledger.add(.max - 1)
            }
            foreign.file.content?.file.isNonBlocking = false
            let isOver = Tally.Count()
            let hands = hands { _ in sleeper(foreign, ledger, writes: writes, isOver) }
            let wakes = Bool.random(using: &random)
            play(
                { [arena] activity in
                    if wakes {
                        activity.enter(.awaitingAnswer)
                        if writes {
                            ledger.take(foreign.peer.readAll())
                        } else {
                            ledger.add(3)
                            foreign.peer.write(3)
                        }
                        let hasWoken = Self.waitUntil(arena) { isOver.now > 0 }
                        arena.violations.check(hasWoken, "nobody who slept in a \(writes ? "write" : "read") was woken by the other side")
                    }
                    activity.enter(.closing)
                    FileEnd.closed.end(foreign.file, arena)
                },
                hands: hands
            )
            ledger.take(foreign.peer.readAll())
            violations.check(ledger.left == 0, "what was written to a kernel's eventfd is not what was read and what was left")
        }

        /// A read or a write that sleeps until there is something, or the file is closed.
        private func sleeper(_ foreign: Foreign, _ ledger: Ledger, writes: Bool, _ isOver: Tally.Count) -> Part {
            { [arena] activity in
                guard let open = foreign.file.content else { return }
                activity.enter(writes ? .writing : .reading)
                if writes { ledger.add(5) }
                do throws(EventFDError) {
                    if writes { try open.file.write(5) } else { ledger.take(try open.file.read()) }
                    isOver.add()
                } catch {
                    if writes { ledger.takeBack(5) }
                    arena.violations.check(
                        error == .badFileDescriptor && open.line.event.isEnding,
                        "a \(writes ? "write" : "read") that may sleep: \(error)"
                    )
                }
            }
        }
    }
#endif
