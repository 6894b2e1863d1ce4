// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import EventFD
import GuestKit

extension Rival {
    /// One operation with the descriptor of a file: with that which it lends, or by the other side.
    func descriptorStep(_ random: inout SplitMix64) {
        let open = bench.files[Int.random(in: 0..<bench.files.count, using: &random)].read { $0 }
        #if os(Linux)
            if let peer = open.peer {
                switch Int.random(in: 0..<8, using: &random) {
                case 0..<4:
                    activity.enter(.writing)
                    for _ in 0..<Int.random(in: 1...4, using: &random) { peer.write(UInt64.random(in: 0...3, using: &random)) }
                case 4:
                    activity.enter(.reading)
                    if let value = peer.read() { violations.check(value > 0, "a peer's read returned zero") }
                case 5: comeAndGo(peer, &random)
                default: lend(open)
                }
                return
            }
        #endif
        lend(open)
    }

    /// While it is lent, the descriptor is open, and remains the same one, whoever closes the file meanwhile.
    private func lend(_ open: OpenFile) {
        activity.enter(.lending)
        do throws(EventFDError) {
            try open.file.withPollableDescriptor { number in
                violations.check(SystemCall.readiness(of: number) != .notOpen, "a descriptor that was lent is not open")
                do throws(EventFDError) {
                    let isSame = try open.file.withPollableDescriptor { $0 == number }
                    violations.check(isSame, "a file has lent two descriptors")
                } catch {
                    checkClosed(error, open, "a descriptor to lend")
                }
                violations.check(SystemCall.readiness(of: number) != .notOpen, "a descriptor that was lent was closed meanwhile")
            }
            if open.hasLent.establish() { tally.pollables.add() }
        } catch {
            checkClosed(error, open, "a descriptor to lend")
        }
    }

    #if os(Linux)
        /// A peer with a descriptor of its own, which is closed again.
        private func comeAndGo(_ peer: Peer, _ random: inout SplitMix64) {
            activity.enter(.writing)
            do throws(EventFDError) {
                let new = try peer.duplicate()
                new.write(UInt64.random(in: 0...3, using: &random))
            } catch {
                violations.add("a duplicate of a descriptor: \(error)")
            }
        }
    #endif
}
