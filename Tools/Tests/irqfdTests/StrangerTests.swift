// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if os(Linux)
    import Testing

    @testable import irqfd

    @Suite struct StrangerTests {
        private static var kinds: [Stranger.Kind] { Stranger.Kind.allCases }

        @Test(arguments: kinds) func aStrangerThatIsLeftAloneIsAsItWas(_ kind: Stranger.Kind) throws {
            #expect(try #require(Stranger(kind)).close() == nil)
        }

        @Test(arguments: [Stranger.Kind.emptyEventFD, .fullEventFD]) func aWriteIsSeen(_ kind: Stranger.Kind) throws {
            let stranger = try #require(Stranger(kind))
            #expect(SystemCall.write(stranger.number, 1))
            #expect(stranger.close() == .written)
        }

        @Test func aWriteToAPipeIsSeen() throws {
            let stranger = try #require(Stranger(.pipe))
            #expect(SystemCall.write(stranger.writer, 1))
            #expect(stranger.close() == .written)
        }

        @Test(arguments: [Stranger.Kind.fullEventFD, .pipe]) func aReadIsSeen(_ kind: Stranger.Kind) throws {
            let stranger = try #require(Stranger(kind))
            var bytes: UInt64 = 0
            #expect(unsafe SystemCall.read(stranger.number, bytes: &bytes, 8) > 0)
            #expect(stranger.close() == .read)
        }
    }
#endif
