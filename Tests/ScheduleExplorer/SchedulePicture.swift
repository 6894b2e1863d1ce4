// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if ScheduleExploration
    internal import KernelPrimitives

    /// One run as a sequence diagram: a lane a thread, time goes down, and arrows from what causes to what is caused.
    struct SchedulePicture {
        struct Row {
            enum Kind: Equatable {
                case step
                /// A lock is held from here on; its name is what other rows are told apart by.
                case lock(UInt)
                case unlock(UInt)
                case sleep
                case goesOn
                case end
            }

            let lane: Int
            let kind: Kind
            let text: String
            /// Where that is another object than the one in the text: to what, or on what.
            var detail = ""
            /// One of the steps for which the schedule was chosen.
            var isTold = false
        }

        enum Cause: CaseIterable {
            case queued
            case woken
            case lockGivenUp
        }

        struct Arrow {
            let cause: Cause
            let from: Int
            let to: Int
        }

        let lanes: [String]
        private(set) var rows: [Row] = []
        private(set) var arrows: [Arrow] = []

        /// By thread.
        private var laneOfThread: [Int: Int] = [:]
        /// The last row of a thread, to which what has no row of its own belongs.
        private var lastRow: [Int: Int] = [:]
        private var sleepers: Set<Int> = []
        private var queuedAt: [UInt: Int] = [:]
        private var unlockedAt: [UInt: Int] = [:]
        private var wokenAt: [UInt: Int] = [:]
        /// Objects of which there is one need no number.
        private let single: [String]

        init(_ scheduler: Scheduler, telling story: Story) {
            let record = scheduler.record
            let told = story.positions(in: scheduler) ?? [:]
            let entries = SchedulePicture.entries(of: record, until: told.keys.max() ?? 0)
            let isShown = { SchedulePicture.words(of: $0, at: $1, in: record) != nil }
            let workers = Set(entries.filter { isShown($0.element, $0.offset) }.map(\.element.thread)).subtracting(scheduler.protagonists)
            let present = Set(entries.map(\.element.thread))
            let sortedWorkers = workers.sorted { scheduler.threads[$0].name < scheduler.threads[$1].name }
            let threads = scheduler.protagonists.filter(present.contains) + sortedWorkers
            lanes = threads.map { scheduler.threads[$0].name }
            single = record.kindsOfSingleObjects
            for (lane, thread) in threads.enumerated() { laneOfThread[thread] = lane }
            for (index, entry) in entries where laneOfThread[entry.thread] != nil { add(entry, at: index, record, told[index]) }
            var dropped = emptySections
            dropped.formUnion(idleSleeps(ofLanesFrom: lanes.count - workers.count, besides: dropped))
            remove(dropped)
        }

        /// What was explored, up to the last step that is told, and what belongs to that.
        private static func entries(of record: Record, until last: Int) -> [(offset: Int, element: Record.Entry)] {
            var end = last + 1
            while end < record.entries.count, record.entries[end].thread == record.entries[last].thread {
                switch record.entries[end].what {
                case .unlock, .step(.threadEnd, _): end += 1
                default: return record.entries[..<end].enumerated().filter(\.element.isExplored)
                }
            }
            return record.entries[..<end].enumerated().filter(\.element.isExplored)
        }

        /// For the choice between pictures that tell the same: rows, and changes from lane to lane, each of which costs the reader more.
        var length: Int { rows.count + 3 * zip(rows, rows.dropFirst()).count { $0.lane != $1.lane } }

        // MARK: From a record

        private mutating func add(_ entry: Record.Entry, at index: Int, _ record: Record, _ meaning: String?) {
            let thread = entry.thread
            switch entry.what {
            case .remark("waits"):
                sleepers.insert(thread)
                append(.sleep, thread, "sleeps")
            case .step(.lock, .step):
                guard let name = record.name(of: entry.object, at: index) else { return }
                // Not long ago: who gets the lock later was held up by something else.
                let givenUp = unlockedAt[entry.object].flatMap { $0 > lastRow[thread] ?? -1 && rows.count - $0 <= 8 ? $0 : nil }
                append(.lock(entry.object), thread, brief(name) + ".lock", isTold: meaning != nil)
                if let givenUp, rows[givenUp].lane != laneOfThread[thread] { draw(.lockGivenUp, from: givenUp) }
                if let meaning, !meaning.isEmpty { append(.step, thread, meaning, isTold: true) }
            case .unlock:
                guard record.name(of: entry.object, at: index) != nil else { return }
                append(.unlock(entry.object), thread, "")
                unlockedAt[entry.object] = rows.count - 1
                if let meaning, !meaning.isEmpty { append(.step, thread, meaning, isTold: true) }
            case .step(.unpark, _):
                wokenAt[entry.object] = lastRow[thread]
            case .step(.park, .step):
                let slept = sleepers.remove(thread) != nil
                let cause = wokenAt.removeValue(forKey: entry.object)
                if slept || cause != nil { append(.goesOn, thread, slept ? "goes on" : "need not sleep") }
                if let cause { draw(.woken, from: cause) }
            case .step(.threadEnd, .step): append(.end, thread, "")
            default:
                guard let words = SchedulePicture.words(of: entry, at: index, in: record) else { return }
                let own = lanes[laneOfThread[thread]!]
                let text = meaning.flatMap { $0.isEmpty ? nil : $0 } ?? brief(words.text).without(" on \(own)").without(" \(own)")
                append(.step, thread, text, brief(words.detail).without(own), isTold: meaning != nil)
                if case .note(let step) = entry.what { follow("\(step)", entry.object) }
            }
        }

        /// What a step is called, where it is one that is drawn with words.
        private static func words(of entry: Record.Entry, at index: Int, in record: Record) -> (text: String, detail: String)? {
            switch entry.what {
            case .remark("waits"): return nil
            case .remark(let text): return (text, "")
            case .note(let step):
                let isWake = step.description.hasPrefix("wake")
                let object = record.name(of: entry.object, at: index) ?? (isWake ? "who waits" : "an entry")
                return ("\(step) \(object)", entry.other == 0 ? "" : record.name(of: entry.other, at: index) ?? "")
            case .step(_, .timeout): return ("its time is over", "")
            case .step(_, .spuriousWakeup): return ("wakes without a reason", "")
            case .step, .unlock: return nil
            }
        }

        /// The arrow of a work, from its queueing to its run.
        private mutating func follow(_ step: String, _ object: UInt) {
            switch step {
            case "queue", "queue the list from", "its time has come:": queuedAt[object] = rows.count - 1
            case "run": if let cause = queuedAt.removeValue(forKey: object) { draw(.queued, from: cause) }
            default: break
            }
        }

        private mutating func append(_ kind: Row.Kind, _ thread: Int, _ text: String, _ detail: String = "", isTold: Bool = false) {
            lastRow[thread] = rows.count
            rows.append(Row(lane: laneOfThread[thread]!, kind: kind, text: text, detail: detail, isTold: isTold))
        }

        private mutating func draw(_ cause: Cause, from row: Int) {
            arrows.append(Arrow(cause: cause, from: row, to: rows.count - 1))
        }

        // MARK: What is left out

        /// Sections of a lock in which nothing happened that has a name.
        private var emptySections: Set<Int> {
            var empty: Set<Int> = []
            var last: [Int: Int] = [:]
            for (index, row) in rows.enumerated() {
                if case .unlock(let lock) = row.kind, let before = last[row.lane], rows[before].kind == .lock(lock), !rows[before].isTold,
                    !arrows.contains(where: { $0.from == before })
                {
                    empty.formUnion([before, index])
                }
                last[row.lane] = index
            }
            return empty
        }

        /// A worker that sleeps because there is nothing to do is no part of the story, nor is it that it was woken.
        private func idleSleeps(ofLanesFrom firstWorker: Int, besides dropped: Set<Int>) -> Set<Int> {
            let isSleep = { (index: Int) in rows[index].kind == .sleep || rows[index].kind == .goesOn }
            var idle: Set<Int> = []
            for lane in firstWorker..<max(firstWorker, lanes.count) {
                let own = rows.indices.filter { rows[$0].lane == lane && !dropped.contains($0) }
                for (position, index) in own.enumerated() where isSleep(index) {
                    let next = own[position...].first { !isSleep($0) }
                    if own[..<position].allSatisfy(isSleep) || next.map({ rows[$0].text.hasPrefix("run ") }) ?? true { idle.insert(index) }
                }
            }
            return idle
        }

        private mutating func remove(_ dropped: Set<Int>) {
            // Where a row goes; what is dropped, to the last one before it on its lane.
            var place: [Int] = []
            var kept: [Row] = []
            var last = Array(repeating: 0, count: lanes.count)
            for (index, row) in rows.enumerated() {
                if !dropped.contains(index) {
                    last[row.lane] = kept.count
                    kept.append(row)
                }
                place.append(last[row.lane])
            }
            arrows = arrows.filter { !dropped.contains($0.to) && !($0.cause == .lockGivenUp && dropped.contains($0.from)) }
                .map { Arrow(cause: $0.cause, from: place[$0.from], to: place[$0.to]) }
            rows = kept
        }

        private func brief(_ text: String) -> String {
            let text = single.reduce(text) { $0.replacingNumberOne(of: $1) }
            return text.hasSuffix(" wq") ? String(text.dropLast(3)) : text
        }
    }

    extension String {
        fileprivate func without(_ end: String) -> String {
            hasSuffix(end) && self != end ? String(dropLast(end.count)) : self == end ? "" : self
        }

        /// "irqfd 1's inject" is "irqfd's inject", where there is one irqfd.
        fileprivate func replacingNumberOne(of kind: String) -> String {
            let words = split(separator: " ", omittingEmptySubsequences: false)
            var kept: [Substring] = []
            for word in words {
                if let last = kept.last, last.hasSuffix(kind), word == "1" || word.hasPrefix("1'") || word.hasPrefix("1.") {
                    kept[kept.count - 1] = last + word.dropFirst()
                } else {
                    kept.append(word)
                }
            }
            return kept.joined(separator: " ")
        }
    }
#endif
