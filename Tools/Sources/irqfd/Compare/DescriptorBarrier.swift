// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import EventFD
import GuestKit
import WaitQueue

/// Waits until the thread that hears of the events of descriptors has heard of all that there were before.
///
/// The kernel tells of events in the order in which they happened: so who hears of one more, on a descriptor that no script has, has heard of
/// the others.
final class DescriptorBarrier {
    private let file: EventFDFile
    private let heard = Monitor<UInt64>(0)
    private var rung: UInt64 = 0

    init() throws(CompareError) {
        do throws(EventFDError) { file = try EventFDFile(descriptor: EventFDDescriptor(flags: .nonBlocking)) } catch {
            throw CompareError("opening an eventfd failed: \(error)")
        }
        let entry = WaitQueueEntry(mask: .input) { [heard] _, _, _ in
            heard.update { $0 += 1 }
            return .notWoken
        }
        _ = file.poll(PollTable { $0.add(entry) })
    }

    deinit { try? file.close() }

    func wait() {
        // Twice: what the thread does for the first may be an event itself.
        for _ in 0..<2 {
            rung += 1
            try? file.tryWrite(1)
            let _: Bool = heard.wait { [rung] in $0 >= rung ? true : nil }
        }
    }
}
