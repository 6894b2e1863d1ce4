// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import Testing

@testable import GuestKit

@Suite struct GuestTests {
    /// Collects what the guest took.
    private final class Taken: GuestObserver {
        let lines = Monitor<[UInt32]>([])
        func guestTook(_ line: UInt32) { lines.update { $0.append(line) } }
        func guestFailed(_ error: GuestError) { Issue.record("\(error)") }
    }

    @Test func theStubsBeginWhereTheVectorsPoint() {
        let code = GuestProgram.code
        let stubs = Int(GuestProgram.start) + code.count - 16 * 5
        #expect(code[8] == UInt8(truncatingIfNeeded: stubs) && code[9] == UInt8(stubs >> 8))
        for line in 0..<16 {
            let end = code.count - 16 * 5 + (line + 1) * 5
            let target = end + Int(Int8(bitPattern: code[end - 1]))
            #expect(code[target..<target + 2] == [0xE6, UInt8(GuestProgram.port)])
            #expect(code[end - 3] == UInt8(line))
        }
    }

    @Test(arguments: Backend.allCases) func everyLineIsTakenOnceForEachPulse(_ backend: Backend) throws {
        guard let guest = try make(backend) else { return }
        let taken = Taken()
        try guest.start(observer: taken)
        let lines: [UInt32] = [1, 3, 4, 5, 6, 8, 9, 10, 11, 12, 13, 14]
        for round in 1...50 {
            for line in lines {
                #expect(try guest.setLine(line, level: true) == .latched)
                _ = try guest.setLine(line, level: false)
            }
            let count: Int? = taken.lines.wait(atMost: .seconds(20)) { $0.count == round * lines.count ? $0.count : nil }
            try #require(count != nil, "the guest took \(taken.lines.read { $0.count }) of \(round * lines.count) interrupts")
        }
        guest.stop()
        for line in lines { #expect(taken.lines.read { $0.count { $0 == line } } == 50) }
    }

    @Test(arguments: Backend.allCases) func stoppingIsPromptAtAnyMoment(_ backend: Backend) throws {
        for _ in 0..<50 {
            guard let guest = try make(backend) else { return }
            try guest.start(observer: Taken())
            _ = try guest.setLine(5, level: true)
            guest.stop()
        }
    }

    /// A guest, or nil where the machine has no KVM, which is said.
    private func make(_ backend: Backend) throws -> (any Guest)? {
        guard backend == .kvm else { return ModelGuest() }
        do {
            return try KVMGuest()
        } catch {
            print("not tested on KVM: \(error)")
            return nil
        }
    }
}
