// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import Testing

@testable import irqfd

@Suite struct OpenDescriptorsTests {
    @Test func whatIsThereMoreOftenIsExcess() {
        let then = OpenDescriptors(kinds: ["pipe": 2, "socket": 1])
        let now = OpenDescriptors(kinds: ["pipe": 4, "anon_inode:[eventfd]": 1])
        let excess = now.excess(over: then)
        #expect(excess.map(\.kind) == ["open descriptors (anon_inode:[eventfd])", "open descriptors (pipe)"])
        #expect(excess.map(\.count) == [1, 2])
    }

    @Test func whatIsGoneIsNoExcess() {
        #expect(OpenDescriptors(kinds: [:]).excess(over: OpenDescriptors(kinds: ["pipe": 1])).isEmpty)
    }
}
