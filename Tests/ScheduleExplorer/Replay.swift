// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if ScheduleExploration
    #if canImport(Glibc)
        internal import Glibc
    #elseif canImport(Musl)
        internal import Musl
    #elseif canImport(Darwin)
        internal import Darwin
    #else
        #error("swift-irqfd knows three C libraries: Glibc, Musl and that of macOS")
    #endif

    /// A recorded schedule, as one line: the scenario's name, and the choices, with a count for those made several times in a row.
    package struct Replay: Equatable {
        private static let variable = "SCHEDULE"

        package let name: String
        /// None: the scenario alone is asked for, all its schedules.
        package let choices: [Int]

        /// What the environment asks for.
        package static var requested: Replay? {
            guard let value = unsafe getenv(variable) else { return nil }
            return unsafe Replay(parsing: String(cString: value))
        }

        package init(name: String, choices: [Int]) {
            self.name = name
            self.choices = choices
        }

        package init(parsing text: String) {
            // Names have colons too: what is behind the last one counts as choices only where it is nothing but numbers.
            if let colon = text.lastIndex(of: ":"), let choices = Replay.choices(text[colon...].dropFirst()) {
                self.init(name: String(text[..<colon]), choices: choices)
            } else {
                self.init(name: text, choices: [])
            }
        }

        private static func choices(_ text: Substring) -> [Int]? {
            var choices: [Int] = []
            for word in text.split(separator: " ") {
                let factors = word.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
                guard factors.count <= 2, let choice = factors[0], let times = factors.count == 2 ? factors[1] : 1 else { return nil }
                choices += Array(repeating: choice, count: times)
            }
            return choices
        }

        package var text: String {
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
