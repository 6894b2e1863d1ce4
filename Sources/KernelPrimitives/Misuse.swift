// swift-irqfd: SPDX-License-Identifier: Apache-2.0

internal import CKernelPrimitives

/// Reports a mistake of the caller's and ends the program.
///
/// The sentence says what the caller did and which call it should have made. It goes to standard error in every build:
/// a `precondition` prints nothing under `-O`, and a mistake that nobody can read is made twice.
///
/// The corresponding kernel macro is `BUG_ON`.
@inline(never)
package func misuse(_ sentence: String) -> Never {
    #if ScheduleExploration
        ScheduleSeam.current?.misuse(sentence)
    #endif
    printLine("misuse: " + sentence)
    kp_abort()
}

/// Says in debug builds what a caller forgot, where the program can go on.
///
/// The corresponding kernel macro is `WARN_ON`.
package func advise(_ sentence: @autoclosure () -> String) {
    #if DEBUG
        printLine("note: " + sentence())
    #endif
}

private func printLine(_ text: String) {
    var line = "swift-irqfd: " + text + "\n"
    line.withUTF8 { bytes in
        unsafe bytes.withMemoryRebound(to: CChar.self) { characters in
            if let start = characters.baseAddress { unsafe kp_write_error(start, characters.count) }
        }
    }
}
