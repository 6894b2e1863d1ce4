// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import Testing

@testable import irqfd

@Suite struct FigureTests {
    @Test func theMedian() {
        #expect(Figure.median([]) == nil)
        #expect(Figure.median([7]) == 7)
        #expect(Figure.median([9, 1, 5]) == 5)
        #expect(Figure.median([4, 1, 3, 2]) == 2.5)
        // One that is far off changes nothing.
        #expect(Figure.median([1, 2, 1e9]) == 2)
    }

    @Test func theMiddleHalf() {
        #expect(Figure.middleHalf([]) == nil)
        #expect(Figure.middleHalf([3]) == [3, 3])
        #expect(Figure.middleHalf([5, 1, 2, 4, 3]) == [2, 4])
    }

    @Test func numbersForPeople() {
        #expect(Figure.time(4.456) == "4.46 ns")
        #expect(Figure.time(316.2) == "316 ns")
        #expect(Figure.time(43_000) == "43.0 µs")
        #expect(Figure.time(2_500_000) == "2.50 ms")
        #expect(Figure.plain(50) == "50")
        #expect(Figure.plain(1.15) == "1.15")
    }

    @Test func aRowsFiguresAreMedians() {
        var samples = RowSamples()
        for time in [3.0, 1, 2] {
            samples.add(ours: time)
            samples.add(floor: time / 2)
            samples.add(time * 10, of: "KVM")
            samples.add(counts: ["waits": time])
        }
        samples.add(note: "once")
        samples.add(note: "once")
        #expect(samples.figures == RowFigures(ours: 2, floor: 1, peers: ["KVM": 20], counts: ["waits": 2]))
        #expect(samples.notes == ["once"])
    }
}
