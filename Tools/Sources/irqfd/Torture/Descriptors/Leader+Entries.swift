// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if os(Linux)
    import EventFD

    extension Leader {
        /// An entry on the wait queue of a file on a descriptor hears of what peers write, and once of the end; of nothing when it has left.
        func listen() {
            let initialValue = UInt32.random(in: 0...1, using: &random)
            guard let foreign = openForeign(initialValue, Bool.random(using: &random) ? .semaphore : []) else { return }
            let event = foreign.line.event
            guard let onlooker = foreign.file.content.flatMap({ Onlooker($0.file, event, signalsBefore: 0, &random) }) else {
                return violations.add("a poll of an open file: wrong about its table")
            }
            let endsMeanwhile = Bool.random(using: &random)
            let hands = hands { random in writer(duplicate(foreign.peer), seed: random.next()) }
            play(signaller(foreign, ends: endsMeanwhile, seed: random.next()), hands: hands)
            activity.enter(.awaitingAnswer)
            if !endsMeanwhile, let number = foreign.peer.write(UInt64.random(in: 1...3, using: &random)) {
                violations.check(waitUntil { onlooker.hasHeard(number) }, "an entry was not told of a peer's write")
            }
            if !endsMeanwhile, Bool.random(using: &random) {
                onlooker.leave()
                let inputs = onlooker.inputs
                foreign.peer.write(1)
                FileEnd.allCases.randomElement(using: &random)!.end(foreign.file, arena)
                violations.check(
                    onlooker.inputs == inputs && onlooker.hangups == 0,
                    "an entry was told of something after it had left the queue"
                )
            } else {
                FileEnd.allCases.randomElement(using: &random)!.end(foreign.file, arena)
                violations.check(onlooker.hangups == 1, "an entry was not told once of the end of a file on a descriptor")
            }
            foreign.peer.write(1)
            violations.check(onlooker.inputs <= event.begun + UInt64(initialValue), "an entry was told of more than was written")
        }

        /// Writes by system calls.
        func writer(_ parcel: Parcel<Peer>?, seed: UInt64) -> Part {
            { activity in
                var random = SplitMix64(seed: seed)
                for _ in 0..<Int.random(in: 1...16, using: &random) {
                    activity.enter(.writing)
                    parcel?.content?.write(UInt64.random(in: 1...3, using: &random))
                }
                // A descriptor less: nothing is to be seen of it.
                parcel?.drop()
            }
        }

        /// Signals, also after the end, if it makes one.
        private func signaller(_ foreign: Foreign, ends: Bool, seed: UInt64) -> Part {
            { [arena] activity in
                var random = SplitMix64(seed: seed)
                let times = Int.random(in: 1...16, using: &random)
                let end = Int.random(in: 0..<times, using: &random)
                for number in 0..<times {
                    activity.enter(.signalling)
                    if ends, number == end { FileEnd.allCases.randomElement(using: &random)!.end(foreign.file, arena) }
                    let added = foreign.line.signal(arena.tally, 1)
                    arena.violations.check(added == 1, "a signal added something else than there was room for")
                }
            }
        }
    }
#endif
