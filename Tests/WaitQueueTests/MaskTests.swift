// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing
import WaitQueue

@Suite("event masks")
struct MaskTests {
    let head = WaitQueueHead()
    let keys = Recorder<PollEvents>()

    private func entry(mask: PollEvents, returning result: WakeResult = .woken) -> WaitQueueEntry {
        let keys = keys
        return WaitQueueEntry(mask: mask) { _, events, _ in
            keys.append(events)
            return result
        }
    }

    @Test("the raw values are those of poll(2)")
    func rawValues() {
        #expect(PollEvents.input.rawValue == 0x001)
        #expect(PollEvents.priority.rawValue == 0x002)
        #expect(PollEvents.output.rawValue == 0x004)
        #expect(PollEvents.error.rawValue == 0x008)
        #expect(PollEvents.hangup.rawValue == 0x010)
        #expect(PollEvents.invalid.rawValue == 0x020)
        #expect(PollEvents.free.rawValue == 0x4000)
    }

    @Test(".all is every event that a wake may carry: all but .invalid")
    func all() {
        #expect(PollEvents.all.isSuperset(of: [.input, .priority, .output, .error, .hangup, .free]))
        #expect(!PollEvents.all.contains(.invalid))
    }

    @Test("a function is not called for events outside its mask")
    func outside() {
        head.add(entry(mask: [.input, .error]))
        head.wakeAll(.output)
        head.wakeAll([.hangup, .priority])
        #expect(keys.isEmpty)
        head.wakeAll(.input)
        head.wakeAll(.error)
        #expect(keys.all == [.input, .error])
    }

    @Test("one common event is enough, and the function sees the whole key")
    func overlap() {
        head.add(entry(mask: [.input, .hangup]))
        head.wakeAll([.input, .error])
        #expect(keys.all == [[.input, .error]])
    }

    @Test("a wake without events means all of them, as the null key of the kernel does")
    func withoutEvents() {
        head.add(entry(mask: .output))
        head.wake()
        head.wakeAll()
        head.withLock { locked in
            locked.wake()
            locked.wakeAll()
        }
        #expect(keys.all == [.all, .all, .all, .all])
    }

    @Test("a wake for no events calls nobody")
    func noEvents() {
        head.add(entry(mask: .all), exclusive: true)
        head.add(entry(mask: .all))
        head.add(entry(mask: .all), priority: true)
        #expect(head.wake([]) == 0)
        #expect(head.wake([], maxExclusive: 5) == 0)
        #expect(head.wakeAll([]) == 0)
        #expect(head.withLock { locked in locked.wake([]) + locked.wakeAll([]) } == 0)
        #expect(keys.isEmpty)
    }

    @Test("an entry without a mask is called for every event", arguments: [.input, .priority, .output, .error, .hangup] as [PollEvents])
    func defaultMask(events: PollEvents) {
        let keys = keys
        head.add(
            WaitQueueEntry { _, events, _ in
                keys.append(events)
                return .woken
            }
        )
        head.wake(events)
        #expect(keys.all == [events])
    }

    @Test("an entry with an empty mask is never called")
    func emptyMask() {
        head.add(entry(mask: []))
        head.wakeAll()
        head.wake(.input)
        #expect(keys.isEmpty)
    }

    @Test("an exclusive entry outside the mask uses no ticket: the next one is woken")
    func ticketOutsideMask() {
        head.add(entry(mask: .output), exclusive: true)
        head.add(entry(mask: .input), exclusive: true)
        #expect(head.wake(.input) == 1)
        #expect(keys.take() == [.input])
        #expect(head.wake(.output) == 1)
        #expect(keys.take() == [.output])
        #expect(head.wake([.input, .output]) == 1)
        #expect(keys.take() == [[.input, .output]])
    }

    @Test("a function that would stop the walk does not, for events outside its mask")
    func stopOutsideMask() {
        head.add(entry(mask: .input))
        head.add(entry(mask: .output, returning: .stop))
        head.wakeAll(.input)
        #expect(keys.all == [.input])
    }
}
