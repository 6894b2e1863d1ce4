// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import Foundation

/// Lines on standard output and standard error, and one line that is written over and over.
enum Console {
    /// Whether somebody watches standard error.
    static var isWatched: Bool { isatty(STDERR_FILENO) == 1 }

    static func say(_ text: String, onStandardError: Bool) {
        // A line that is being shown gives way.
        let prefix = isWatched ? "\r\u{1B}[K" : ""
        if onStandardError {
            FileHandle.standardError.write(Data((prefix + text + "\n").utf8))
        } else {
            FileHandle.standardOutput.write(Data((text + "\n").utf8))
        }
    }

    /// Puts a line in place of the last one shown.
    static func show(_ line: String) {
        FileHandle.standardError.write(Data("\r\u{1B}[K\(line)".utf8))
    }
}
