// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if ScheduleExploration
    internal import KernelPrimitives

    /// What happened in one run, in order: the steps that the scheduler let threads take, and what the code said about them.
    struct Record {
        struct Entry {
            enum What {
                case step(VisibleOperation, Alternative.Kind)
                case unlock
                case note(StaticString)
                case remark(String)
            }

            let thread: Int
            let isExplored: Bool
            let what: What
            let object: UInt
            let other: UInt
        }

        private struct Name {
            let start: UInt
            let size: Int
            let name: ObjectName
            let number: Int
            /// Memory is used again: a name is good for what happens after it was given.
            let since: Int
        }

        private(set) var entries: [Entry] = []
        private var names: [Name] = []

        mutating func begin() {
            entries.removeAll(keepingCapacity: true)
            names.removeAll(keepingCapacity: true)
        }

        mutating func append(_ entry: Entry) { entries.append(entry) }

        mutating func name(_ start: UInt, size: Int, _ name: ObjectName) {
            var number = 0
            if case .numbered(let kind) = name {
                number = 1
                for earlier in names {
                    if case .numbered(let other) = earlier.name, other.description == kind.description { number += 1 }
                }
            }
            names.append(Name(start: start, size: size, name: name, number: number, since: entries.count))
        }

        /// Nil: nobody has named it.
        func name(of object: UInt, at position: Int) -> String? {
            // The latest one that covers the address: parts are named after the whole.
            guard let found = names.last(where: { $0.since <= position && object >= $0.start && object < $0.start + UInt($0.size) }) else {
                return nil
            }
            switch found.name {
            case .exact(let name): return name
            case .numbered(let kind): return "\(kind) \(found.number)"
            case .part(let part, let whole):
                let owner = names.last { $0.since <= found.since && $0.start == whole && $0.number > 0 }
                return owner.flatMap { name(of: $0) }.map { "\($0)'s \(part)" } ?? part.description
            }
        }

        private func name(of named: Name) -> String? {
            if case .numbered(let kind) = named.name { "\(kind) \(named.number)" } else { nil }
        }

        /// What is numbered, and has had one object only: a picture leaves the number out.
        var kindsOfSingleObjects: [String] {
            var counts: [String: Int] = [:]
            for named in names {
                if case .numbered(let kind) = named.name { counts[kind.description] = max(counts[kind.description] ?? 0, named.number) }
            }
            return counts.filter { $0.value == 1 }.map(\.key).sorted()
        }

        /// Who took the lock last, and so holds it, if anybody does.
        func lastToLock(_ object: UInt) -> Int? {
            entries.last {
                switch $0.what {
                case .step(.lock, _), .step(.innerLock, _): $0.object == object
                default: false
                }
            }?.thread
        }
    }
#endif
