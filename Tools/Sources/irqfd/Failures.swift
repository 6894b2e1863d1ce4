// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import GuestKit

/// What went wrong, in sentences; each is said at once, since a crash may follow.
final class Failures: Sendable {
    private let list = Monitor<[String]>([])

    /// Adds a sentence, if it is new, and says it. After a good many the others say nothing more.
    func add(_ sentence: String) {
        let isNew = list.update { list in
            guard list.count < 20, !list.contains(sentence) else { return false }
            list.append(sentence)
            return true
        }
        if isNew { Console.say("irqfd: \(sentence)", onStandardError: true) }
    }

    var all: [String] { list.read { $0 } }
}
