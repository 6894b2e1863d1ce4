// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// What becomes of the run when the library calls `abort`, as it does when it is misused, or finds itself broken.
enum Abort {
    /// Makes an abort end the program with status 1, like every other bad end of a run. The library's sentence has been printed by then.
    static func makeItAnExitStatus() {
        signal(SIGABRT) { _ in
            // In a signal handler: no allocation, no lock.
            let sentence: StaticString = "irqfd: the program was stopped by abort(); the run has failed\n"
            _ = unsafe write(STDERR_FILENO, sentence.utf8Start, sentence.utf8CodeUnitCount)
            _exit(1)
        }
    }
}
