// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if os(Linux)
    import Foundation
    import GuestKit

    /// Runs other programs and reads what they print.
    enum ProgramOutput {
        /// No program has more to say.
        private static let mostBytes = 1 << 16

        /// What a program prints before it ends by itself with status 0. It is killed when the time is over, or when it says too much.
        static func of(_ path: String, _ arguments: [String], within patience: Duration) throws -> String {
            var ends: [Int32] = [-1, -1]
            guard unsafe pipe(&ends) == 0 else { throw SystemCallError("pipe", errno) }
            // The program gets its end by another number. (Only this thread starts programs.)
            for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
            defer { close(ends[0]) }
            let id: pid_t
            do {
                defer { close(ends[1]) }
                id = try spawn(path, arguments, output: ends[1])
            }
            let limit = ContinuousClock.now + patience
            var status: Int32 = 0
            var isGone = false
            // Whatever goes wrong: nothing is left running, and nothing unburied.
            defer {
                if !isGone {
                    kill(id, SIGKILL)
                    unsafe waitpid(id, &status, 0)
                }
            }
            let text = try read(ends[0], until: limit)
            while true {
                let result = unsafe waitpid(id, &status, WNOHANG)
                if result == id { break }
                if result < 0 && errno != EINTR { throw SystemCallError("waitpid", errno) }
                if limit <= .now { throw overdue }
                usleep(200)
            }
            isGone = true
            // The C library has macros for this, which Swift cannot see.
            if status & 0x7F != 0 { throw BenchError("it was ended by signal \(status & 0x7F)") }
            if status >> 8 & 0xFF != 0 { throw BenchError("it ended with status \(status >> 8 & 0xFF)") }
            return text
        }

        private static var overdue: BenchError { BenchError("it did not end in time, and was killed") }

        /// All that comes until the other end is closed.
        private static func read(_ descriptor: Int32, until limit: ContinuousClock.Instant) throws -> String {
            var text: [UInt8] = []
            var part = [UInt8](repeating: 0, count: 4_096)
            while true {
                let left = limit - .now
                if left <= .zero { throw overdue }
                var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
                let count = unsafe poll(&request, 1, Int32((left / .milliseconds(1)).rounded(.up)))
                if count < 0 && errno != EINTR { throw SystemCallError("poll", errno) }
                if count <= 0 { continue }
                let length = unsafe Foundation.read(descriptor, &part, part.count)
                if length < 0 && errno != EINTR { throw SystemCallError("read", errno) }
                if length == 0 { return String(decoding: text, as: UTF8.self) }
                text += part.prefix(max(0, length))
                if text.count > mostBytes { throw BenchError("it says more than \(mostBytes) bytes") }
            }
        }

        /// Starts a program with nothing to read, and with its errors left out.
        private static func spawn(_ path: String, _ arguments: [String], output: Int32) throws -> pid_t {
            var actions = unsafe posix_spawn_file_actions_t()
            unsafe posix_spawn_file_actions_init(&actions)
            defer { unsafe posix_spawn_file_actions_destroy(&actions) }
            unsafe posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
            unsafe posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
            unsafe posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0)
            let environment = ProcessInfo.processInfo.environment.map { "\($0.key)=\($0.value)" }
            var id: pid_t = 0
            let code = unsafe ChildProcess.withCStrings([path] + arguments) { arguments in
                unsafe ChildProcess.withCStrings(environment) { environment in
                    unsafe posix_spawn(&id, path, &actions, nil, arguments, environment)
                }
            }
            guard code == 0 else { throw SystemCallError("posix_spawn", code) }
            return id
        }
    }
#endif
