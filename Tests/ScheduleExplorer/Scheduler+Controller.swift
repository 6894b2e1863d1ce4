// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if ScheduleExploration
    internal import KernelPrimitives

    // What the code under exploration calls, on the thread that has the turn.
    extension Scheduler: ScheduleController {
        var virtualNow: UInt64 { clock }

        /// Threads are objects, too, of which others wait for the end.
        private static func object(_ word: WordPlace) -> UInt { unsafe UInt(Alternative.threadLimit) + word.serial }

        func reach(_ operation: VisibleOperation, _ word: WordPlace, _ possibility: Possibility, deadline: Deadline) {
            unsafe checkAlive(word.address, by: operation.words)
            unsafe stand(before: operation, word, possibility, deadline)
            // It may have ended while the thread stood here.
            unsafe checkAlive(word.address, by: operation.words)
        }

        private func stand(before operation: VisibleOperation, _ word: WordPlace, _ possibility: Possibility, _ deadline: Deadline) {
            let own = running
            own.address = unsafe UInt(bitPattern: word.address)
            if operation == .park, case .whenWordIs(let value) = possibility, own.word != value { remark("waits") }
            unsafe stand(own, operation, Scheduler.object(word), possibility, deadline)
        }

        func start(name: String, _ body: @escaping @Sendable () -> Void) -> Int {
            let number = make(name: name, body)
            // The new thread comes to its first operation, which nobody can see, before anything else happens.
            stand(running, .threadStart, UInt(running.number), .always, .never)
            return number
        }

        func join(_ thread: Int) {
            running.joined = threads[thread]
            stand(running, .join, UInt(thread), .always, .never)
            running.joined = nil
        }

        func sleep(on word: WordPlace, while value: UInt32, until deadline: Deadline) {
            let own = running
            unsafe reach(.sleep, word, .always, deadline: .never)
            if own.word != value { return }
            own.isWoken = false
            own.place = .asleep
            own.deadline = deadline
            handOn(from: own)
            own.place = .standing
        }

        func wakeOne(on word: WordPlace) {
            // Only the address is used: the word may be gone when its sleepers are woken.
            unsafe stand(before: .unpark, word, .always, .never)
            let object = unsafe Scheduler.object(word)
            threads.prefix(startedThreads).first { $0.place == .asleep && $0.object == object && !$0.isWoken }?.isWoken = true
        }

        func name(_ object: UnsafeRawPointer, size: Int, _ name: ObjectName) { record.name(UInt(bitPattern: object), size: size, name) }

        func note(_ step: StaticString, _ object: UnsafeRawPointer, _ other: UnsafeRawPointer?) {
            record.append(
                Record.Entry(
                    thread: running.number,
                    isExplored: isExploring,
                    what: .note(step),
                    object: UInt(bitPattern: object),
                    other: UInt(bitPattern: other)
                )
            )
            unsafe checkAlive(object)
        }

        func end(_ memory: UnsafeMutableRawPointer, size: Int) {
            unsafe checkAlive(memory, "ended twice", by: "end")
            endedMemory.append(unsafe EndedMemory(start: memory, size: size, endedBy: running.name))
        }

        func keep(_ object: AnyObject) { keptObjects.append(object) }

        func misuse(_ sentence: String) { fail("misuse, by \(running.name): \(sentence)", "misuse") }

        func unlocked(_ word: UnsafeRawPointer) {
            record.append(
                Record.Entry(thread: running.number, isExplored: isExploring, what: .unlock, object: UInt(bitPattern: word), other: 0)
            )
        }

        private func checkAlive(_ object: UnsafeRawPointer, _ what: String = "touched after its end", by step: String = "use") {
            if endedMemory.isEmpty { return }
            let address = UInt(bitPattern: object)
            for memory in endedMemory
            where unsafe address >= UInt(bitPattern: memory.start) && address < UInt(bitPattern: memory.start) + UInt(memory.size) {
                let name = record.name(of: address, at: record.entries.count) ?? "an object"
                fail("\(name) was \(what), by \(running.name); it was ended by \(memory.endedBy)", "\(step) \(name)")
            }
        }

        /// For a run that cannot go on: who waits for what, held by whom.
        var whoWaits: String {
            threads.prefix(startedThreads).compactMap { thread -> String? in
                if thread.number == 0, thread.place == .standing, thread.operation == .join, thread.joined == nil { return nil }
                let object = record.name(of: thread.address, at: record.entries.count) ?? "a word"
                switch thread.place {
                case .absent, .ended: return nil
                case .awaitingQuiet: return "\(thread.name) waits for the end of all others"
                case .asleep: return "\(thread.name) sleeps on \(object)"
                case .standing: break
                }
                if let joined = thread.joined { return "\(thread.name) waits for the end of \(joined.name)" }
                if thread.operation == .park { return "\(thread.name) sleeps until it is woken" }
                let holder = record.lastToLock(thread.address).map { threads[$0].name } ?? "nobody"
                return "\(thread.name) waits for the lock \(object), held by \(holder)"
            }.joined(separator: "; ")
        }
    }
#endif
