// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import Testing

@testable import GuestKit

@Suite struct InterruptControllerModelTests {
    @Test func anEdgeAsksOnceAndALevelDoesNot() {
        var controller = InterruptControllerModel()
        controller.mask = 0
        #expect(controller.setLine(3, level: true) == .latched)
        #expect(controller.setLine(3, level: true) == .ignored, "the line is high already")
        #expect(controller.due == 3)
        controller.take(3)
        #expect(controller.due == nil, "a level asks for nothing")
    }

    @Test func aSecondEdgeBeforeTheInterruptIsTakenIsMerged() {
        var controller = InterruptControllerModel()
        controller.mask = 0
        #expect(controller.setLine(5, level: true) == .latched)
        #expect(controller.setLine(5, level: false) == .ignored)
        #expect(controller.setLine(5, level: true) == .merged)
        controller.take(5)
        controller.acknowledge(5)
        #expect(controller.due == nil)
    }

    @Test func anEdgeWhileInServiceWaitsForTheAcknowledgement() {
        var controller = InterruptControllerModel()
        controller.mask = 0
        _ = controller.setLine(5, level: true)
        controller.take(5)
        _ = controller.setLine(5, level: false)
        #expect(controller.setLine(5, level: true) == .latched)
        #expect(controller.due == nil)
        controller.acknowledge(5)
        #expect(controller.due == 5)
    }

    @Test func lowerLinesComeFirstAndInterruptHigherOnes() {
        var controller = InterruptControllerModel()
        controller.mask = 0
        _ = controller.setLine(6, level: true)
        _ = controller.setLine(4, level: true)
        #expect(controller.due == 4)
        controller.take(4)
        #expect(controller.due == nil)
        _ = controller.setLine(1, level: true)
        #expect(controller.due == 1)
    }

    @Test func aMaskedLineIsNotDue() {
        var controller = InterruptControllerModel()
        #expect(controller.setLine(2, level: true) == .ignored)
        #expect(controller.due == nil)
        controller.mask = 0
        #expect(controller.due == 2)
    }

    @Test(arguments: 0..<16) func thePairDeliversEveryLineAgainAndAgain(_ line: Int) {
        var pair = InterruptControllerPair()
        pair.unmask()
        for _ in 0..<3 where line != 2 {
            #expect(pair.setLine(line, level: true) == .latched)
            #expect(pair.setLine(line, level: false) == .ignored)
            #expect(pair.take() == line)
            #expect(pair.take() == nil)
            pair.acknowledge(line)
        }
        #expect(pair.take() == nil)
    }

    @Test func thePairKeepsAllLinesOfTheSecondController() {
        var pair = InterruptControllerPair()
        pair.unmask()
        for line in [12, 10, 5, 9] { #expect(pair.setLine(line, level: true) == .latched) }
        var order: [Int] = []
        while let line = pair.take() {
            order.append(line)
            pair.acknowledge(line)
        }
        #expect(order == [9, 10, 12, 5], "the second controller hangs on line 2 of the first, which comes before 5")
    }
}
