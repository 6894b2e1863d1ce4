// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import EventFD
import Foundation
import KVMIrqfd
import Testing
import Workqueue

@testable import irqfd

@Suite struct TraceFileTests {
    private final class Silence: InterruptController {
        func setInterrupt(_ gsi: GSI, level: Bool) {}
    }

    /// One test: there is one trace in a process.
    @Test func aTraceShowsTheProtocolAndReadsAsTraceEventJSON() throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "trace-\(UUID().uuidString).json")
        defer { try? FileManager.default.removeItem(at: path) }
        let trace = try TraceFile(path: path.path, events: 10_000)
        trace.start()
        let queue = SingleThreadWorkqueue(name: "traced")
        let set = IrqfdSet(controller: Silence(), injectionQueue: queue)
        let file = EventFDFile()
        try set.assign(file, gsi: 3)
        let device = try file.makeContextReference()
        device.signal()
        queue.flush()
        try file.close()
        set.release()
        device.put()
        queue.shutdown()
        #expect(try trace.finish().contains(path.path))

        let timeline = try Timeline(Data(contentsOf: path))
        for name in [
            "kvm_irqfd_assign", "eventfd_signal", "__wake_up_common", "irqfd_wakeup", "irqfd_inject", "kvm_set_irq", "eventfd_release",
            "irqfd_deactivate", "irqfd_shutdown", "kvm_irqfd_release",
        ] {
            #expect(timeline.counts[name, default: 0] > 0, "there is no \(name)")
        }
        #expect(timeline.names.values.contains { $0.hasPrefix("traced") }, "\(timeline.names)")
        let injections = timeline.arrows.filter { $0.to.map { timeline.names[$0.thread] == "traced" } ?? false }
        #expect(!injections.isEmpty)
        for arrow in timeline.arrows {
            #expect(arrow.from?.name == "workqueue_queue_work")
            #expect(arrow.to?.name == "workqueue_execute_start")
        }
    }

    @Test func aFileThatCannotBeWrittenIsKnownBeforeTheRun() {
        #expect(throws: (any Error).self) { try TraceFile(path: "/there/is/no/such/directory/trace.json", events: 1) }
    }

    @Test(arguments: [
        (#"{"ph":"E","name":"a","pid":1,"tid":1,"ts":1}"#, "a ends without having begun last"),
        (#"{"ph":"B","name":"a","pid":1,"tid":1,"ts":1}"#, #"["a"] have no end on thread 1"#),
        (#"{"ph":"i","name":"a","pid":1,"tid":2,"ts":1,"s":"t"}"#, "thread 2 has no name"),
        (
            #"{"ph":"i","name":"a","pid":1,"tid":1,"ts":2,"s":"t"},{"ph":"i","name":"b","pid":1,"tid":1,"ts":1,"s":"t"}"#,
            "b goes back in time"
        ),
        (#"{"ph":"s","name":"a","pid":1,"tid":1,"ts":1,"id":7}"#, "arrow 7 has no end"),
        (#"{"ph":"f","name":"a","pid":1,"tid":1,"ts":1,"id":7,"bp":"e"}"#, "arrow 7 has no beginning"),
    ])
    func aBrokenTraceIsNoticed(_ events: String, _ sentence: String) {
        let name = #"{"ph":"M","name":"thread_name","pid":1,"tid":1,"args":{"name":"main"}}"#
        #expect(throws: Timeline.Wrong(sentence)) { try Timeline(Data(#"{"traceEvents":[\#(name),\#(events)]}"#.utf8)) }
    }
}
