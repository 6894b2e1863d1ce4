// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import Foundation

/// A trace as Perfetto reads it: JSON, events, slices that open and close on their threads, arrows with two ends.
///
/// `.ci/check-trace` says the same of the trace of a whole guest, from which a schema of JSON is to be had besides.
struct Timeline {
    struct Wrong: Error, Equatable {
        let sentence: String
        init(_ sentence: String) { self.sentence = sentence }
    }

    struct Slice: Hashable {
        let name: String
        let thread: Int
        let time: Double
    }

    struct Arrow {
        let from: Slice?
        let to: Slice?
    }

    private(set) var names: [Int: String] = [:]
    private(set) var counts: [String: Int] = [:]
    private(set) var arrows: [Arrow] = []

    private var open: [Int: [String]] = [:]
    private var times: [Int: Double] = [:]
    private var begun: [Slice] = []
    private var starts: [Int: Slice] = [:]

    init(_ json: Data) throws {
        let document = try JSONSerialization.jsonObject(with: json) as? [String: Any]
        guard let events = document?["traceEvents"] as? [[String: Any]] else { throw Wrong("there are no traceEvents") }
        // An arrow may be written before the slice that it touches: slices first.
        for event in events { try add(event) }
        for event in events { try draw(event) }
        if let (thread, names) = open.first(where: { !$0.value.isEmpty }) { throw Wrong("\(names) have no end on thread \(thread)") }
        if let (id, _) = starts.first { throw Wrong("arrow \(id) has no end") }
        if let thread = times.keys.first(where: { names[$0] == nil }) { throw Wrong("thread \(thread) has no name") }
    }

    private mutating func add(_ event: [String: Any]) throws {
        guard let phase = event["ph"] as? String, let name = event["name"] as? String else { throw Wrong("no ph or name: \(event)") }
        guard let thread = event["tid"] as? Int, event["pid"] is Int else { throw Wrong("no tid or pid: \(event)") }
        if phase == "M" {
            if name == "thread_name" { names[thread] = (event["args"] as? [String: Any])?["name"] as? String }
            return
        }
        guard let time = event["ts"] as? Double else { throw Wrong("\(name) has no ts") }
        if phase == "s" || phase == "f" { return }
        if time < times[thread, default: 0] { throw Wrong("\(name) goes back in time") }
        times[thread] = time
        switch phase {
        case "B":
            open[thread, default: []].append(name)
            begun.append(Slice(name: name, thread: thread, time: time))
        case "E":
            if open[thread]?.popLast() != name { throw Wrong("\(name) ends without having begun last") }
            return
        case "X": begun.append(Slice(name: name, thread: thread, time: time))
        case "i": if event["s"] as? String != "t" { throw Wrong("\(name) has no scope") }
        default: throw Wrong("unknown phase \(phase)")
        }
        counts[name, default: 0] += 1
    }

    private mutating func draw(_ event: [String: Any]) throws {
        guard let phase = event["ph"] as? String, phase == "s" || phase == "f" else { return }
        guard let id = event["id"] as? Int, let thread = event["tid"] as? Int, let time = event["ts"] as? Double else {
            throw Wrong("an arrow lacks id, tid or ts")
        }
        let touched = begun.last { $0.thread == thread && $0.time == time }
        if phase == "s" {
            starts[id] = touched ?? Slice(name: "nothing", thread: thread, time: time)
        } else {
            guard let start = starts.removeValue(forKey: id) else { throw Wrong("arrow \(id) has no beginning") }
            if event["bp"] as? String != "e" { throw Wrong("arrow \(id) would point at the next slice: bp is not e") }
            arrows.append(Arrow(from: start, to: touched))
        }
    }
}
