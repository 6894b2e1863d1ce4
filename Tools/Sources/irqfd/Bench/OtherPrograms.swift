// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if os(Linux)
    import Foundation

    /// What else the processors do while something is measured.
    struct OtherPrograms {
        /// Seconds that all processors together have worked, for whomever.
        private let busy: Double
        /// Seconds that they have worked for this process and its children that have ended.
        private let own: Double
        private let moment = ContinuousClock.now

        /// As it is now; nil: the system does not tell.
        init?() {
            guard
                let text = try? String(contentsOfFile: "/proc/stat", encoding: .utf8),
                let busy = Self.busyTicks(text)
            else { return nil }
            self.busy = busy / Double(sysconf(Int32(_SC_CLK_TCK)))
            own = Self.processorTimes
        }

        /// How many processors others have kept busy since then, on average. The kernel's own threads are others, too, also when they work for us.
        func processors(since start: OtherPrograms) -> Double {
            let seconds = (moment - start.moment) / .seconds(1)
            return seconds > 0 ? max(0, (busy - start.busy - (own - start.own)) / seconds) : 0
        }

        /// The time of all processors that was not idle, out of the text of /proc/stat.
        static func busyTicks(_ text: String) -> Double? {
            guard let line = text.split(separator: "\n").first(where: { $0.hasPrefix("cpu ") }) else { return nil }
            let numbers = line.split(separator: " ").dropFirst().compactMap { Double($0) }
            // user, nice, system, idle, waiting for input and output, interrupts of both kinds, stolen; guests are in the first.
            guard numbers.count >= 8 else { return nil }
            return numbers[0] + numbers[1] + numbers[2] + numbers[5] + numbers[6] + numbers[7]
        }

        /// Linux's numbers for RUSAGE_SELF and RUSAGE_CHILDREN, which are of another type in each C library.
        private static let (itself, children) = (Int32(0), Int32(-1))

        private static var processorTimes: Double {
            var (usage, ofChildren) = (rusage(), rusage())
            unsafe getrusage(itself, &usage)
            unsafe getrusage(children, &ofChildren)
            return [usage.ru_utime, usage.ru_stime, ofChildren.ru_utime, ofChildren.ru_stime]
                .reduce(0) { $0 + Double($1.tv_sec) + Double($1.tv_usec) / 1e6 }
        }
    }
#endif
