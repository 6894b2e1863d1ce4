// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if os(Linux)
    import Foundation
    import GuestKit

    /// This program once more, in a process of its own, with one end of a socket.
    ///
    /// Who started it ends it, by `kill` or `end`, once.
    final class ChildProcess: Sendable {
        /// How a process ended.
        enum End: Equatable, Sendable, CustomStringConvertible {
            case signal(Int32)
            case status(Int32)
            /// It did not end by itself in the time given, and was killed.
            case overdue
            /// The system does not know.
            case unknown

            var description: String {
                switch self {
                case .signal(let number): "it was ended by signal \(number)"
                case .status(let number): "it ended with status \(number)"
                case .overdue: "it did not end, and was killed"
                case .unknown: "how it ended is not known"
                }
            }
        }

        /// The descriptor that the socket is in the child.
        static let socketNumber: Int32 = 3

        let id: pid_t
        let socket: DescriptorSocket

        /// Starts the program; `arguments` are those after its name.
        init(arguments: [String]) throws(SystemCallError) {
            let (ours, theirs) = try DescriptorSocket.pair()
            socket = ours
            // Closed on exec like all descriptors of this program, but for this one; ours are of no use to anybody else.
            id = try Self.spawn(["irqfd"] + arguments, inheriting: theirs.number)
        }

        /// Ends it here and now, whatever it does; returns when it is gone, with how it ended.
        func kill() -> End {
            _ = Foundation.kill(id, SIGKILL)
            return reap(0) ?? .unknown
        }

        /// Tells it that there is nothing more to do, and waits for its end; after the time given it is killed.
        func end(within patience: Duration) -> End {
            socket.shutDown()
            let limit = ContinuousClock.now + patience
            while limit > .now {
                if let end = reap(WNOHANG) { return end }
                usleep(200)
            }
            return kill() == .signal(SIGKILL) ? .overdue : .unknown
        }

        /// Whether this process has children, running or not buried.
        static var hasChildren: Bool {
            var information = unsafe siginfo_t()
            return unsafe waitid(P_ALL, 0, &information, WEXITED | WNOHANG | WNOWAIT) == 0
        }

        private func reap(_ options: Int32) -> End? {
            var status: Int32 = 0
            while true {
                let result = unsafe waitpid(id, &status, options)
                if result == 0 { return nil }
                if result == id { break }
                if errno != EINTR { return .unknown }
            }
            // The C library has macros for this, which Swift cannot see.
            let signal = status & 0x7F
            return signal == 0 ? .status(status >> 8 & 0xFF) : .signal(signal)
        }

        private static func spawn(_ arguments: [String], inheriting socket: Int32) throws(SystemCallError) -> pid_t {
            var actions = unsafe posix_spawn_file_actions_t()
            unsafe posix_spawn_file_actions_init(&actions)
            defer { unsafe posix_spawn_file_actions_destroy(&actions) }
            unsafe posix_spawn_file_actions_adddup2(&actions, socket, socketNumber)
            let environment = ProcessInfo.processInfo.environment.map { "\($0.key)=\($0.value)" }
            var id: pid_t = 0
            let code = unsafe withCStrings(arguments) { arguments in
                unsafe withCStrings(environment) { environment in
                    unsafe posix_spawn(&id, "/proc/self/exe", &actions, nil, arguments, environment)
                }
            }
            guard code == 0 else { throw SystemCallError("posix_spawn", code) }
            return id
        }

        /// Lends the strings as C has them, with a null pointer behind the last.
        static func withCStrings<R>(_ strings: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> R) -> R {
            var pointers = unsafe strings.map { unsafe strdup($0) } + [nil]
            defer { for index in unsafe pointers.indices { unsafe free(pointers[index]) } }
            return unsafe pointers.withUnsafeMutableBufferPointer { unsafe body(UnsafePointer($0.baseAddress!)) }
        }
    }
#endif
