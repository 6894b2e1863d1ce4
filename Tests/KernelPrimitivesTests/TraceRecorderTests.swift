// swift-irqfd: SPDX-License-Identifier: Apache-2.0

internal import KernelPrimitives
import TestSupport
import Testing

@Suite("the recorder of events, and what it writes")
struct TraceRecorderTests {
    private func event(
        _ point: TracePoint,
        _ phase: TraceEvent.Phase,
        at time: UInt64,
        on thread: UInt32 = 1,
        object: UInt64 = 0,
        value: UInt64 = 0,
        name: String = ""
    ) -> TraceEvent {
        TraceEvent(point: point, phase: phase, time: time, thread: thread, object: object, value: value, name: name)
    }

    /// The lines that are events, without what separates them.
    private func lines(_ recorder: TraceRecorder) -> [String] {
        recorder.traceEventJSON().split(separator: "\n").dropFirst().dropLast().map { String($0.hasSuffix(",") ? $0.dropLast() : $0) }
    }

    @Test("It keeps the newest, in the order of the clock, and counts what it lets go of")
    func newest() {
        let recorder = TraceRecorder(capacity: 3)
        for time: UInt64 in [1, 2, 4, 3, 5] { recorder.record(event(.eventFDFree, .instant, at: time)) }
        #expect(recorder.events.map(\.time) == [3, 4, 5])
        #expect(recorder.droppedEvents == 2)
    }

    @Test("The names of threads stay when the events go")
    func names() {
        let recorder = TraceRecorder(capacity: 1)
        recorder.record(event(.threadName, .instant, at: 1, on: 7, name: "worker"))
        recorder.record(event(.eventFDFree, .instant, at: 2, on: 7))
        recorder.record(event(.eventFDFree, .instant, at: 3, on: 7))
        #expect(recorder.threadNames.map(\.name) == ["worker"])
        #expect(lines(recorder).first == #"{"ph":"M","name":"thread_name","pid":1,"tid":7,"args":{"name":"worker"}}"#)
    }

    @Test("What begins and ends is a slice, with its times to the nanosecond since the first event")
    func slice() {
        let recorder = TraceRecorder()
        recorder.record(event(.eventFDSignal, .begin, at: 1_000_000, object: 5, value: 2))
        recorder.record(event(.eventFDSignal, .end, at: 1_001_007))
        #expect(
            lines(recorder) == [
                #"{"ph":"B","name":"eventfd_signal","cat":"eventfd","pid":1,"tid":1,"args":{"eventfd":5,"n":2},"ts":0.000}"#,
                #"{"ph":"E","name":"eventfd_signal","cat":"eventfd","pid":1,"tid":1,"ts":1.007}"#,
            ]
        )
    }

    @Test("An end without a beginning is left out, and what has not ended ends with the last event")
    func pairs() {
        let recorder = TraceRecorder()
        recorder.record(event(.execute, .end, at: 1))
        recorder.record(event(.execute, .begin, at: 2, object: 16, name: "q"))
        recorder.record(event(.irqfdInject, .begin, at: 3, object: 1, value: 9))
        recorder.record(event(.eventFDFree, .instant, at: 9, on: 2, object: 5))
        let phases = lines(recorder).map { String($0.dropFirst(7).prefix(1)) }
        #expect(phases == ["B", "B", "i", "E", "E"])
        #expect(lines(recorder)[3].contains("irqfd_inject"))
        #expect(lines(recorder)[4].contains("workqueue_execute_start"))
    }

    @Test("An arrow goes from where a work was queued to where it runs, and from nowhere else")
    func arrow() {
        let recorder = TraceRecorder()
        recorder.record(event(.queueWork, .instant, at: 1, on: 1, object: 16, name: "q"))
        recorder.record(event(.execute, .begin, at: 5, on: 2, object: 16, name: "q"))
        recorder.record(event(.execute, .end, at: 6, on: 2))
        recorder.record(event(.execute, .begin, at: 7, on: 2, object: 16, name: "q"))
        recorder.record(event(.execute, .end, at: 8, on: 2))
        recorder.record(event(.queueWork, .instant, at: 9, on: 1, object: 32, name: "q"))
        let arrows = lines(recorder).filter { $0.contains(#""name":"queued""#) }
        #expect(
            arrows == [
                #"{"ph":"s","name":"queued","cat":"workqueue","id":1,"pid":1,"tid":1,"ts":0.000}"#,
                #"{"ph":"f","bp":"e","name":"queued","cat":"workqueue","id":1,"pid":1,"tid":2,"ts":0.004}"#,
            ]
        )
    }

    @Test("Of a work that is queued again before its run is told, the arrows do not cross; a work that was taken back has none")
    func arrowsInOrder() {
        let recorder = TraceRecorder()
        for time: UInt64 in [1, 2] { recorder.record(event(.queueWork, .instant, at: time, object: 16, name: "q")) }
        recorder.record(event(.execute, .begin, at: 3, on: 2, object: 16, name: "q"))
        recorder.record(event(.cancelWork, .instant, at: 4, object: 16, name: "q"))
        recorder.record(event(.execute, .begin, at: 5, on: 2, object: 16, name: "q"))
        let arrows = lines(recorder).filter { $0.contains(#""name":"queued""#) }
        #expect(arrows.count == 2)
        #expect(arrows[0].contains(#""id":1"#) && arrows[0].hasSuffix(#""ts":0.000}"#))
    }

    @Test("A name is written as JSON writes strings")
    func escapes() {
        let recorder = TraceRecorder()
        recorder.record(event(.queueWork, .instant, at: 1, object: 255, name: "a\"b\\c\n€"))
        #expect(lines(recorder)[0].contains(#""args":{"work":"0xff","workqueue":"a\"b\\c\u000a€"}"#))
    }

    @Test("Nothing was recorded")
    func nothing() {
        #expect(lines(TraceRecorder()).isEmpty)
    }

    @Test("misuse: a recorder that keeps nothing")
    func capacity() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { _ = TraceRecorder(capacity: 0) }
        let sentence = misuseSentence(result?.standardErrorContent)
        #expect(sentence.contains("keeps nothing"))
    }
}
