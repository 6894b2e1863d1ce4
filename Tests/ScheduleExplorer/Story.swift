// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if ScheduleExploration
    internal import KernelPrimitives

    /// Which schedule of a scenario is to be drawn: one in which these steps come in this order, and little else in between.
    package struct Story: Sendable, ExpressibleByDictionaryLiteral {
        private struct Step {
            let thread: String
            let words: String
            /// What the picture says instead.
            let meaning: String
        }

        private let steps: [Step]

        /// Each is a thread and how the step begins that it takes: "deactivate irqfd", "lock irqfds", "unlock irqfds", "sleeps". Behind a "⇒" stands what
        /// the picture says, where the step itself does not: "lock queue ⇒ queues itself".
        package init(dictionaryLiteral steps: (String, String)...) {
            self.steps = steps.map { thread, words in
                let parts = words.split(separator: " ⇒ ", maxSplits: 1)
                return Step(thread: thread, words: String(parts[0]), meaning: parts.count > 1 ? String(parts[1]) : "")
            }
        }

        /// Where the steps are in the record, each with its meaning; nil: they do not come, or in another order.
        func positions(in scheduler: Scheduler) -> [Int: String]? {
            let (positions, rest) = progress(in: scheduler)
            return rest.isEmpty ? positions : nil
        }

        /// Whose step comes next; nil: all have come, or that thread does not exist.
        func nextThread(in scheduler: Scheduler) -> Int? {
            guard let next = progress(in: scheduler).rest.first else { return nil }
            return scheduler.threads.prefix(scheduler.startedThreads).first { $0.name == next.thread }?.number
        }

        private func progress(in scheduler: Scheduler) -> (positions: [Int: String], rest: ArraySlice<Step>) {
            var positions: [Int: String] = [:]
            var rest = steps[...]
            for (index, entry) in scheduler.record.entries.enumerated() where entry.isExplored {
                guard let next = rest.first else { break }
                guard scheduler.threads[entry.thread].name == next.thread,
                    let words = Story.words(of: entry, at: index, in: scheduler.record),
                    words.hasPrefix(next.words)
                else { continue }
                positions[index] = next.meaning
                rest = rest.dropFirst()
            }
            return (positions, rest)
        }

        private static func words(of entry: Record.Entry, at index: Int, in record: Record) -> String? {
            let name = { record.name(of: entry.object, at: index) ?? "it" }
            return switch entry.what {
            case .remark("waits"): "sleeps"
            case .remark(let text): text
            case .note(let step): "\(step) \(name())"
            case .step(.lock, .step): "lock \(name())"
            case .unlock: "unlock \(name())"
            case .step(_, .timeout): "its time is over"
            case .step: nil
            }
        }
    }
#endif
