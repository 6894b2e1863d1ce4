// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import EventFD
import GuestKit
import Workqueue

/// The eventfds and sets of a round that all threads use, end and replace.
final class SharedBench: Sendable {
    /// A thread may sleep in a read of every other file: these are always closed, and never only dropped.
    let files: [Monitor<OpenFile>]
    let sets: [Monitor<LiveSet>]
    /// Established by the first thread that has done its work: from then on nothing is replaced.
    let isEnding = Fact()
    let weather: Weather
    private let arena: Arena
    private let queue: SingleThreadWorkqueue
    private let made: Monitor<[MachineBook]>
    /// Most of the files stand on descriptors, and every thread asks the others for theirs.
    let hasDescriptors: Bool

    /// `queue` is an injection queue that some of the sets share; it outlives them.
    init(
        _ weather: Weather,
        _ arena: Arena,
        queue: SingleThreadWorkqueue,
        hasDescriptors: Bool = false,
        _ random: inout SplitMix64
    ) throws(EventFDError) {
        self.weather = weather
        self.arena = arena
        self.queue = queue
        self.hasDescriptors = hasDescriptors
        var files: [Monitor<OpenFile>] = []
        for _ in 0..<weather.sharedFiles { files.append(Monitor(try Self.makeFile(weather, arena, hasDescriptors, &random))) }
        self.files = files
        let sets = (0..<weather.sharedSets).map { _ in Self.makeSet(weather, arena, queue, &random) }
        self.sets = sets.map { Monitor($0) }
        made = Monitor(sets.map(\.machine))
    }

    private static func makeFile(
        _ weather: Weather,
        _ arena: Arena,
        _ hasDescriptors: Bool,
        _ random: inout SplitMix64
    ) throws(EventFDError) -> OpenFile {
        #if os(Linux)
            if hasDescriptors, Int.random(in: 0..<3, using: &random) > 0 {
                // Not blocking: peers read as well. The file sleeps in its reads nevertheless, if it is told to.
                let flags: EventFDFlags = Bool.random(using: &random) ? [.semaphore, .nonBlocking] : .nonBlocking
                let descriptor = try EventFDDescriptor(initialValue: UInt32.random(in: 0...1, using: &random), flags: flags)
                let open = try OpenFile(on: descriptor, sets: weather.sharedSets, arena.tally)
                open.file.isNonBlocking = false
                return open
            }
        #endif
        return try OpenFile(&random, sets: weather.sharedSets)
    }

    /// No relays here: two of them could go on signalling each other.
    private static func makeSet(_ weather: Weather, _ arena: Arena, _ queue: SingleThreadWorkqueue, _ random: inout SplitMix64) -> LiveSet {
        let isSystem = Int.random(in: 0..<100, using: &random) < weather.onSystemQueue
        return LiveSet(weather.temper(&random, using: nil), arena, queue: isSystem ? .system : queue)
    }

    /// The books of all sets that there were.
    var machines: [MachineBook] { made.read { $0 } }

    func mayBeSlept(in place: Int) -> Bool { place.isMultiple(of: 2) }

    /// The line of one of the files.
    func anyLine(_ random: inout SplitMix64) -> SharedLine {
        files[Int.random(in: 0..<files.count, using: &random)].read { $0.line }
    }

    /// One of the sets, or a file in which nobody sleeps.
    func anyToKeep(_ random: inout SplitMix64) -> any AnyObject & Sendable {
        let places = files.indices.filter { !mayBeSlept(in: $0) }
        if Bool.random(using: &random), let place = places.randomElement(using: &random) { return files[place].read { $0 } }
        return sets[Int.random(in: 0..<sets.count, using: &random)].read { $0 }
    }

    /// Puts a new file in the place of the old one, unless somebody has, or the round ends.
    func replace(_ old: OpenFile, at place: Int, _ random: inout SplitMix64) {
        if isEnding.isSo { return }
        do {
            let new = try Self.makeFile(weather, arena, hasDescriptors, &random)
            files[place].update { if $0 === old { $0 = new } }
        } catch {
            arena.violations.add("a new file: \(error)")
        }
    }

    /// Puts a new set in the place of the old one, unless somebody has, or the round ends.
    func replace(_ old: LiveSet, at place: Int, _ random: inout SplitMix64) {
        if isEnding.isSo { return }
        let new = Self.makeSet(weather, arena, queue, &random)
        made.update { $0.append(new.machine) }
        sets[place].update { if $0 === old { $0 = new } }
    }
}
