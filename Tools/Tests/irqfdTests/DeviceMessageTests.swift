// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import Testing

@testable import irqfd

@Suite struct DeviceMessageTests {
    @Test(arguments: [
        DeviceMessage.exchange, .signal(count: 12), .storm(pause: 500_000), .signalled(began: .max, sum: 1 << 40),
    ])
    func aMessageIsReadAsItWasWritten(_ message: DeviceMessage) {
        #expect(DeviceMessage(bytes: message.bytes) == message)
    }

    @Test func whatIsNoMessageIsNotRead() {
        #expect(DeviceMessage(bytes: []) == nil)
        #expect(DeviceMessage(bytes: Array(repeating: 0xFF, count: 24)) == nil)
    }
}
