// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import Foundation
import GuestKit

/// Watches a run from a thread of its own: shows how far it is, and ends the program when nothing goes on any more.
final class Watch: Sendable {
    private let isOver = Monitor(false)
    private let thread = Monitor<NamedThread?>(nil)

    /// Starts to watch, with a pause between two looks. `progress` is a number that changes while something goes on; `line` is what to show,
    /// and `state` who waits for what.
    init(
        patience: Duration,
        pause: Duration = .milliseconds(200),
        progress: @escaping @Sendable () -> UInt64,
        line: @escaping @Sendable () -> String,
        state: @escaping @Sendable () -> [String]
    ) {
        let shown: (@Sendable () -> String)? = Console.isWatched ? line : nil
        let thread = NamedThread(name: "watch") { [self] in
            watch(patience, pause, progress, shown, state)
        }
        self.thread.update { $0 = thread }
    }

    /// Ends the watch, with what it shows.
    func end() {
        isOver.update { $0 = true }
        thread.update { $0.take() }?.join()
    }

    private func watch(
        _ patience: Duration,
        _ pause: Duration,
        _ progress: @Sendable () -> UInt64,
        _ line: (@Sendable () -> String)?,
        _ state: @Sendable () -> [String]
    ) {
        var last = progress()
        var since = ContinuousClock.now
        while isOver.wait(atMost: pause, { $0 ? true : nil }) == nil {
            if let line { Console.show(line()) }
            let now = progress()
            if now != last {
                (last, since) = (now, .now)
            } else if since + patience < .now {
                let sentences = ["irqfd: nothing has gone on for \(patience)"] + state().map { "irqfd:   \($0)" }
                Console.say(sentences.joined(separator: "\n"), onStandardError: true)
                _exit(1)
            }
        }
        if line != nil { Console.show("") }
    }
}
