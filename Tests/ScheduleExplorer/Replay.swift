// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if ScheduleExploration
    #if canImport(Glibc)
        internal import Glibc
    #elseif canImport(Musl)
        internal import Musl
    #else
        internal import Darwin
    #endif

    /// A recorded schedule, as one line: the scenario's name, and the choices, with a count for those made several times in a row.
    package struct Replay: Equatable {
        private static let variable = "SCHEDULE"

        package let name: String
        /// None: the scenario alone is asked for, all its schedules.
        let choices: [Int]

        /// What the environment asks for.
        package static var requested: Replay? {
            guard let value = unsafe getenv(variable) else { return nil }
            return unsafe Replay(parsing: String(cString: value))
        }

        init(name: String, choices: [Int]) {
            self.name = name
            self.choices = choices
        }

        init?(parsing text: String) {
            let parts = text.split(separator: ":", maxSplits: 1)
            guard let name = parts.first else { return nil }
            var choices: [Int] = []
            for word in parts.count > 1 ? parts[1].split(separator: " ") : [] {
                let factors = word.split(separator: "x").compactMap { Int($0) }
                guard let choice = factors.first else { return nil }
                for _ in 0..<(factors.count > 1 ? factors[1] : 1) { choices.append(choice) }
            }
            self.init(name: String(name), choices: choices)
        }

        var text: String {
            var words: [String] = []
            var index = 0
            while index < choices.count {
                let end = choices[index...].firstIndex { $0 != choices[index] } ?? choices.count
                words.append(end - index > 1 ? "\(choices[index])x\(end - index)" : "\(choices[index])")
                index = end
            }
            return "\(name): \(words.joined(separator: " "))"
        }

        var command: String {
            "replay: \(Replay.variable)='\(text)' swift test -c release --traits ScheduleExploration --filter Schedule"
        }
    }
#endif
