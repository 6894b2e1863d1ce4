// swift-irqfd: SPDX-License-Identifier: Apache-2.0

/// Writes events, in the order of the clock, in the Trace Event Format.
struct TraceEventJSON {
    private(set) var text = "{\"displayTimeUnit\":\"ns\",\"traceEvents\":[\n"

    /// The slices that are open on each thread, by its number.
    private var open: [[TracePoint]] = []
    /// The works that were queued and have not run since: by their address, the arrows that begin there, the oldest first. (There can be two:
    /// a work may be queued again as soon as it is no longer pending, which is a moment before it runs.)
    private var queued: [UInt64: [Arrow]] = [:]
    private var arrows: UInt64 = 0
    private var isFirst = true
    private let start: UInt64

    private struct Arrow {
        let number: UInt64
        let time: UInt64
        let thread: UInt32
    }

    init(_ events: [TraceEvent], names: [(thread: UInt32, name: String)], dropped: UInt64) {
        start = events.first?.time ?? 0
        for (thread, name) in names { nameThread(thread, name) }
        for event in events { write(event) }
        let end = events.last?.time ?? 0
        for thread in open.indices {
            while let point = open[thread].popLast() { line("E", point, end, UInt32(thread)) }
        }
        text += "\n],\"otherData\":{\"source\":\"swift-irqfd\",\"droppedEvents\":\"\(dropped)\"}}\n"
    }

    private mutating func nameThread(_ thread: UInt32, _ name: String) {
        separate()
        let name = name.isEmpty ? "thread \(thread)" : name
        text += "{\"ph\":\"M\",\"name\":\"thread_name\",\"pid\":1,\"tid\":\(thread),\"args\":{\"name\":\(quoted(name))}},\n"
        text += "{\"ph\":\"M\",\"name\":\"thread_sort_index\",\"pid\":1,\"tid\":\(thread),\"args\":{\"sort_index\":\(thread)}}"
    }

    private mutating func write(_ event: TraceEvent) {
        while open.count <= Int(event.thread) { open.append([]) }
        switch event.phase {
        case .begin:
            open[Int(event.thread)].append(event.point)
            line("B", event.point, event.time, event.thread, arguments(of: event))
            if event.point == .execute, let arrow = queued[event.object]?.first {
                queued[event.object]?.removeFirst()
                draw(arrow, to: event)
            }
        case .end:
            // What began before the first event that was kept.
            guard let index = open[Int(event.thread)].lastIndex(of: event.point) else { return }
            while open[Int(event.thread)].count > index { line("E", open[Int(event.thread)].removeLast(), event.time, event.thread) }
        case .instant where event.point == .queueWork:
            // A slice, if a short one: an arrow begins in a slice.
            line("X", event.point, event.time, event.thread, "\"dur\":0.001," + arguments(of: event))
            arrows += 1
            queued[event.object, default: []].append(Arrow(number: arrows, time: event.time, thread: event.thread))
        case .instant:
            if event.point == .cancelWork { _ = queued[event.object]?.popLast() }
            line("i", event.point, event.time, event.thread, "\"s\":\"t\"," + arguments(of: event))
        }
    }

    private mutating func draw(_ arrow: Arrow, to event: TraceEvent) {
        let common = "\"name\":\"queued\",\"cat\":\"workqueue\",\"id\":\(arrow.number),\"pid\":1"
        separate()
        text += "{\"ph\":\"s\",\(common),\"tid\":\(arrow.thread),\"ts\":\(microseconds(arrow.time))},\n"
        text += "{\"ph\":\"f\",\"bp\":\"e\",\(common),\"tid\":\(event.thread),\"ts\":\(microseconds(event.time))}"
    }

    private mutating func line(_ phase: String, _ point: TracePoint, _ time: UInt64, _ thread: UInt32, _ more: String = "") {
        separate()
        text += "{\"ph\":\"\(phase)\",\"name\":\"\(point.name)\",\"cat\":\"\(point.category)\",\"pid\":1,\"tid\":\(thread),"
        text += more + "\"ts\":\(microseconds(time))}"
    }

    private mutating func separate() {
        if !isFirst { text += ",\n" }
        isFirst = false
    }

    private func arguments(of event: TraceEvent) -> String {
        let arguments =
            switch event.point {
            case .wakeUp: "\"queue\":\(event.object),\"events\":\(event.value)"
            case .eventFDSignal, .eventFDRead, .eventFDWrite: "\"eventfd\":\(event.object),\"n\":\(event.value)"
            case .eventFDRelease, .eventFDFree: "\"eventfd\":\(event.object)"
            case .queueWork, .cancelWork, .execute: "\"work\":\(hexadecimal(event.object)),\"workqueue\":\(quoted(event.name))"
            case .timerStart:
                "\"work\":\(hexadecimal(event.object)),\"deadline\":\(microseconds(event.value)),\"workqueue\":\(quoted(event.name))"
            case .flushWork: "\"work\":\(hexadecimal(event.object))"
            case .flushWorkqueue: "\"workqueue\":\(quoted(event.name))"
            case .irqfdWakeup: "\"eventfd\":\(event.object),\"events\":\(event.value)"
            case .irqfdDeactivate, .irqfdShutdown: "\"eventfd\":\(event.object),\"gsi\":\(event.value)"
            case .setIRQ: "\"set\":\(event.object),\"gsi\":\(event.value >> 1),\"level\":\(event.value & 1)"
            case .irqfdInject, .irqfdAssign, .irqfdDeassign: "\"set\":\(event.object),\"gsi\":\(event.value)"
            case .irqfdRelease: "\"set\":\(event.object)"
            case .threadName: ""
            }
        return "\"args\":{\(arguments)},"
    }

    // MARK: Values

    /// Since the first event; to the nanosecond, which a floating point number would lose.
    private func microseconds(_ time: UInt64) -> String {
        let nanoseconds = time &- start
        if Int64(bitPattern: nanoseconds) < 0 { return "0" }
        let thousandths = String(1000 + nanoseconds % 1000).dropFirst()
        return "\(nanoseconds / 1000).\(thousandths)"
    }

    private func hexadecimal(_ address: UInt64) -> String { "\"0x\(String(address, radix: 16))\"" }

    private func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case _ where scalar.value < 0x20:
                let code = String(0x10000 + scalar.value, radix: 16).dropFirst()
                quoted += "\\u\(code)"
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}
