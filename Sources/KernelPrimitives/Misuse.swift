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
    var line = "swift-irqfd: misuse: " + sentence + "\n"
    line.withUTF8 { bytes in
        unsafe bytes.withMemoryRebound(to: CChar.self) { characters in
            if let start = characters.baseAddress { unsafe kp_write_error(start, characters.count) }
        }
    }
    kp_abort()
}
