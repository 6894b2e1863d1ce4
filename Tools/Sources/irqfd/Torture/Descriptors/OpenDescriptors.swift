// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import GuestKit

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#else
    #error("swift-irqfd knows three C libraries: Glibc, Musl and that of macOS")
#endif

/// The descriptors that this process has open at one moment, the library's and all others.
struct OpenDescriptors: Sendable {
    /// How many there are of each kind.
    private let kinds: [String: Int]

    init(kinds: [String: Int]) {
        self.kinds = kinds
    }

    static func now() -> OpenDescriptors {
        guard let folder = unsafe opendir(path) else { return OpenDescriptors(kinds: [:]) }
        defer { unsafe _ = closedir(folder) }
        var kinds: [String: Int] = [:]
        while let entry = unsafe readdir(folder) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { name in
                unsafe name.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
            }
            // The one of the folder itself is there each time.
            guard let number = Int32(name) else { continue }
            let kind = kind(of: number)
            // Not ours, nor the library's: what runs tasks makes one, sooner or later.
            if kind != "anon_inode:[timerfd]" { kinds[kind, default: 0] += 1 }
        }
        return OpenDescriptors(kinds: kinds)
    }

    /// What is open now and was not then, with the numbers.
    func excess(over then: OpenDescriptors) -> [(kind: String, count: Int)] {
        kinds.sorted { $0.key < $1.key }.compactMap { kind, count in
            let more = count - then.kinds[kind, default: 0]
            return more > 0 ? ("open descriptors (\(kind))", more) : nil
        }
    }

    /// Looks again for a while, since a thread that has just begun or is about to end may have one open for a moment. What is left.
    static func awaitReturn(to then: OpenDescriptors) -> [(kind: String, count: Int)] {
        let end = ContinuousClock.now + .seconds(2)
        while true {
            let excess = now().excess(over: then)
            if excess.isEmpty || end < .now { return excess }
            usleep(1_000)
        }
    }

    #if os(Linux)
        private static var path: String { "/proc/self/fd" }

        /// What the system calls it, without its number, so that a kind is one kind: "anon_inode:[eventfd]", "pipe".
        private static func kind(of number: Int32) -> String {
            let link = unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { target in
                let length = unsafe readlink("\(path)/\(number)", target.baseAddress!, target.count)
                return length < 0 ? "" : unsafe String(decoding: target.prefix(length).map { UInt8(bitPattern: $0) }, as: UTF8.self)
            }
            return link.hasPrefix("pipe:") ? "pipe" : link.hasPrefix("socket:") ? "socket" : link
        }
    #else
        private static var path: String { "/dev/fd" }
        private static func kind(of number: Int32) -> String { "any" }
    #endif
}
