// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import EventFD
import GuestKit

/// Ends a read or write that sleeps although it has no reason to: it closes the file, which wakes the sleeper.
final class SleepGuard: Sendable {
    /// What is being done, and the how-manieth it is.
    private struct Call: Sendable {
        var number: UInt64 = 0
        var file: EventFDFile?
    }

    private static let usualPause = Duration.milliseconds(500)

    private let call = Monitor(Call())
    private let pause: Monitor<Duration>
    private let isOver = Monitor(false)
    private let thread = Monitor<NamedThread?>(nil)

    /// Starts to watch; what goes on for longer than the pause between two looks is ended.
    init(pause: Duration = usualPause) {
        self.pause = Monitor(pause)
        let (call, isOver, pause) = (call, isOver, self.pause)
        let thread = NamedThread(name: "sleep-guard") {
            var last: UInt64?
            while isOver.wait(atMost: pause.read({ $0 }), { $0 ? true : nil }) == nil {
                let now = call.read { $0 }
                if now.file != nil, now.number == last { try? now.file?.close() }
                last = now.number
            }
        }
        self.thread.update { $0 = thread }
    }

    deinit {
        isOver.update { $0 = true }
        thread.update { $0.take() }?.join()
    }

    /// Whether it waits for a short time only before it takes a call for one that sleeps.
    var isHurried: Bool {
        get { pause.read { $0 } < Self.usualPause }
        set { pause.update { $0 = newValue ? Self.usualPause / 10 : Self.usualPause } }
    }

    /// Makes a call that should not sleep. Nobody waits for a change of the state, so noting it costs little.
    func watch<Result>(_ file: EventFDFile, _ body: () -> Result) -> Result {
        call.update { call in
            call.number += 1
            call.file = file
        }
        defer { call.update { $0.file = nil } }
        return body()
    }
}
