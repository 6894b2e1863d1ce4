// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import EventFD
import KVMIrqfd
import Synchronization
import TestSupport
import Testing
import WaitQueue
import Workqueue

/// The only suite that traces: there is one sink in a process, and the other tests that run meanwhile are heard too.
@Suite("tracing", .serialized)
struct TracingTests {
    /// Of one thread, or of what bears the eventfd's number: "begin", "end" or nothing, and the point's name.
    private func steps(_ events: [TraceEvent], where isWanted: (TraceEvent) -> Bool) -> [String] {
        events.filter(isWanted).map { event in
            switch event.phase {
            case .begin: "\(event.point.name) {"
            case .end: "} \(event.point.name)"
            case .instant: event.point.name
            }
        }
    }

    private func thread(named name: String, _ recorder: TraceRecorder) throws -> UInt32 {
        try #require(recorder.threadNames.first { $0.name == name }).thread
    }

    @Test("A signal, its interrupt, a close and the shutdown, each on its thread")
    func protocolIsSeen() throws {
        let recorder = TraceRecorder(capacity: 1_000_000)
        let queue = SingleThreadWorkqueue(name: "trace-inject")
        let controller = RecordingController()
        let set = IrqfdSet(controller: controller, injectionQueue: queue)
        let number = Guarded<UInt64>(0)
        Tracing.start(recorder)
        inSynchronousCode {
            TestThread("trace-signal") {
                let file = EventFDFile()
                try? set.assign(file, gsi: 7)
                guard let signal = try? file.makeContextReference() else { return }
                number.withLock { $0 = UInt64(signal.id.description.split(separator: " ").last ?? "") ?? 0 }
                signal.signal(3)
                queue.flush()
                signal.put()
                try? file.close()
                set.release()
            }.join()
        }
        Tracing.stop()
        queue.shutdown()
        #expect(controller.pulses(7) == 1)
        #expect(recorder.droppedEvents == 0)

        let signaller = try thread(named: "trace-signal", recorder)
        let ofSignaller = steps(recorder.events) {
            $0.thread == signaller && ![.flushWorkqueue, .queueWork, .eventFDFree].contains($0.point)
        }
        #expect(
            ofSignaller == [
                "kvm_irqfd_assign {", "} kvm_irqfd_assign",
                "eventfd_signal {", "__wake_up_common {", "irqfd_wakeup {", "} irqfd_wakeup", "} __wake_up_common", "} eventfd_signal",
                "eventfd_release {", "__wake_up_common {", "irqfd_wakeup {", "irqfd_deactivate", "} irqfd_wakeup", "} __wake_up_common",
                "} eventfd_release",
                "kvm_irqfd_release {", "} kvm_irqfd_release",
            ]
        )
        let injector = try thread(named: "trace-inject", recorder)
        #expect(
            steps(recorder.events) { $0.thread == injector } == [
                "workqueue_execute_start {", "irqfd_inject {", "kvm_set_irq", "kvm_set_irq", "} irqfd_inject", "} workqueue_execute_start",
            ]
        )
        let levels = recorder.events.filter { $0.thread == injector && $0.point == .setIRQ }.map(\.value)
        #expect(levels == [7 << 1 | 1, 7 << 1])
        let eventFD = number.current
        let shutdowns = steps(recorder.events) { $0.object == eventFD && [.irqfdShutdown, .eventFDFree].contains($0.point) }
        #expect(shutdowns == ["irqfd_shutdown {", "eventfd_free"])
    }

    @Test("Each work that runs was queued before, by an event of its own")
    func worksArePaired() {
        let recorder = TraceRecorder(capacity: 1_000_000)
        let queue = SingleThreadWorkqueue(name: "trace-paired")
        let works = (0..<8).map { _ in Work { _ in } }
        Tracing.start(recorder)
        inSynchronousCode {
            inParallel(2) { _ in
                for _ in 0..<100 { for work in works { queue.enqueue(work) } }
            }
            queue.shutdown()
        }
        Tracing.stop()
        var queued: [UInt64: Int] = [:]
        var isInOrder = true
        for event in recorder.events where event.name == "trace-paired" {
            // Twice at most: once it is not pending any more, it may be queued again before its run is told.
            if event.point == .queueWork { queued[event.object, default: 0] += 1 }
            if event.point == .execute, event.phase == .begin { queued[event.object, default: 0] -= 1 }
            if ![0, 1, 2].contains(queued[event.object, default: 0]) { isInOrder = false }
        }
        #expect(isInOrder)
        #expect(queued.count == 8)
        #expect(queued.values.allSatisfy { $0 == 0 })
    }

    private final class CountingSink: TraceSink {
        let calls = Counter()
        let isStopped = Atomic(false)
        let lateCalls = Counter()

        func record(_ event: TraceEvent) {
            calls.add()
            if isStopped.load(ordering: .acquiring) { lateCalls.add() }
        }
    }

    @Test("Once a stop has returned, the sink is not called (hammer)")
    func stopWaits() {
        inSynchronousCode {
            let isOver = Atomic(false)
            let files = (0..<2).map { _ in EventFDFile() }
            let threads = files.enumerated().map { index, file in
                TestThread("trace-hammer \(index)") {
                    while !isOver.load(ordering: .relaxed) {
                        try? file.tryWrite(1)
                        _ = try? file.tryRead()
                    }
                }
            }
            for _ in 0..<200 {
                let sink = CountingSink()
                Tracing.start(sink)
                waitUntil("the sink was called") { sink.calls.current > 3 }
                Tracing.stop()
                sink.isStopped.store(true, ordering: .releasing)
                for _ in 0..<100 { _ = files[0].count }
                #expect(sink.lateCalls.current == 0)
            }
            isOver.store(true, ordering: .relaxed)
            for thread in threads { thread.join() }
        }
        #expect(!Tracing.isOn)
    }

    @Test("A stop without a start does nothing")
    func stopAlone() {
        Tracing.stop()
        #expect(!Tracing.isOn)
    }

    @Test("misuse: two sinks")
    func twoSinks() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            Tracing.start(TraceRecorder())
            Tracing.start(TraceRecorder())
        }
        let sentence = misuseSentence(result?.standardErrorContent)
        #expect(sentence.contains("Tracing.start(_:) was called while another sink is told"))
    }

    private final class StoppingSink: TraceSink {
        func record(_ event: TraceEvent) { Tracing.stop() }
    }

    @Test("misuse: a sink that stops")
    func stopInASink() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            Tracing.start(StoppingSink())
            try? EventFDFile().tryWrite(1)
        }
        let sentence = misuseSentence(result?.standardErrorContent)
        #expect(sentence.contains("Tracing.stop() was called by a sink"))
    }
}
