// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if os(Linux)
    import EventFD
    import KVMIrqfd
    import Workqueue

    extension Leader {
        /// What a peer writes interrupts, as long as the file is assigned, and does not when the end has been waited for.
        func interrupt() {
            let isOnSystem = Int.random(in: 0..<100, using: &random) < weather.onSystemQueue
            let live = LiveSet(weather.temper(&random, using: nil), arena, queue: isOnSystem ? .system : queue)
            let initialValue = UInt32.random(in: 0...1, using: &random)
            guard let foreign = openForeign(initialValue, .nonBlocking, sets: 1) else { return live.set.release() }
            let hands = hands { random in writer(duplicate(foreign.peer), seed: random.next()) }
            play(assigner(foreign, live, seed: random.next()), hands: hands)
            // The file is ended, or its last irqfd is.
            Barrier.wait(arena, activity)
            foreign.line.book(at: 0)?.finish()
            foreign.peer.write(1)
            FileEnd.allCases.randomElement(using: &random)!.end(foreign.file, arena)
            release(live)
            foreign.peer.write(1)
        }

        private func release(_ live: LiveSet) {
            activity.enter(.releasing)
            live.machine.ends.establish()
            live.set.release()
            live.machine.finish()
            tally.releases.add()
        }

        /// Assigns the file and takes it away again, a few times; the last end is one of several.
        private func assigner(_ foreign: Foreign, _ live: LiveSet, seed: UInt64) -> Part {
            { [arena] activity in
                var random = SplitMix64(seed: seed)
                let times = Int.random(in: 1...4, using: &random)
                for number in 1...times {
                    guard let book = Self.assign(foreign, live, arena, activity) else { return }
                    if Bool.random(using: &random) { foreign.line.signal(arena.tally, 1) }
                    if Bool.random(using: &random) { Self.awaitInterrupt(foreign, book, arena, activity) }
                    let isLast = number == times
                    switch isLast ? Int.random(in: 0..<3, using: &random) : 0 {
                    case 0: Self.deassign(foreign, live, book, arena, activity)
                    case 1: FileEnd.closed.end(foreign.file, arena)
                    default: FileEnd.dropped.end(foreign.file, arena)
                    }
                }
            }
        }

        private static func assign(_ foreign: Foreign, _ live: LiveSet, _ arena: Arena, _ activity: Activity) -> AssignmentBook? {
            activity.enter(.assigning)
            guard let file = foreign.file.content?.file else { return nil }
            let book = live.machine.open(gsi: arena.nextGSI(), event: foreign.line.event, pending: .possible)
            do throws(IrqfdError) {
                try live.set.assign(file, gsi: book.gsi)
                book.acceptAssign()
                foreign.line.publish(book, at: 0)
                arena.tally.assigns.add()
                return book
            } catch {
                arena.violations.add("assign of an open file on a descriptor: \(error)")
                return nil
            }
        }

        /// Nobody reads, and nobody ends the irqfd meanwhile.
        private static func awaitInterrupt(_ foreign: Foreign, _ book: AssignmentBook, _ arena: Arena, _ activity: Activity) {
            activity.enter(.awaitingAnswer)
            guard let number = foreign.peer.write(1) else { return }
            arena.violations.check(
                waitUntil(arena) { book.hasAnswered(number) },
                "I7: no injection started after a peer's write, though the irqfd was active"
            )
        }

        private static func deassign(
            _ foreign: Foreign,
            _ live: LiveSet,
            _ book: AssignmentBook,
            _ arena: Arena,
            _ activity: Activity
        ) {
            activity.enter(.deassigning)
            guard let file = foreign.file.content?.file else { return }
            book.beginEnd()
            do throws(IrqfdError) {
                let hasMatched = try live.set.deassign(file, gsi: book.gsi)
                arena.violations.check(hasMatched, "deassign did not match an irqfd that nobody else has ended")
                if hasMatched { book.countMatch() }
                arena.tally.deassigns.add()
                book.finish()
            } catch {
                arena.violations.add("deassign of an open file on a descriptor: \(error)")
            }
        }
    }
#endif
