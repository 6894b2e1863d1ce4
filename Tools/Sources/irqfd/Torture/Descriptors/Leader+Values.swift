// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if os(Linux)
    import EventFD

    extension Leader {
        /// Descriptors as values: made, duplicated, given up, taken over, dropped. All are of one eventfd.
        func exchange() {
            activity.enter(.lending)
            let (first, second) = (UInt32.random(in: 0...9, using: &random), UInt64.random(in: 1...9, using: &random))
            do throws(EventFDError) {
                let one = try EventFDDescriptor(initialValue: first, flags: .nonBlocking)
                let other = try Bool.random(using: &random) ? one.duplicate() : EventFDDescriptor(duplicating: one.number)
                violations.check(SystemCall.write(other.number, second), "a new eventfd has no room")
                let number = one.relinquish()
                violations.check(SystemCall.readiness(of: number) == .readable, "a descriptor that was given up is not open")
                let again = try EventFDDescriptor(adopting: number)
                violations.check(again.number == number, "a descriptor that was taken over has another number")
                violations.check(SystemCall.read(again.number) == UInt64(first) + second, "a duplicate is of another eventfd")
                if Bool.random(using: &random) {
                    let file = try EventFDFile(descriptor: again)
                    tally.descriptorFiles.add()
                    try file.write(second)
                    violations.check(SystemCall.read(other.number) == second, "a file is on another eventfd than its descriptor")
                    tally.writes.add()
                }
            } catch {
                violations.add("descriptors as values: \(error)")
            }
            refuse()
        }

        /// What is no eventfd stays its owner's.
        private func refuse() {
            guard let stranger = Stranger(.pipe) else { return violations.add("a stranger could not open a descriptor") }
            do throws(EventFDError) {
                if Bool.random(using: &random) {
                    _ = try EventFDDescriptor(adopting: stranger.number)
                } else {
                    _ = try EventFDDescriptor(duplicating: stranger.number)
                }
                violations.add("a pipe was taken for an eventfd")
            } catch {
                violations.check(error == .invalidArgument, "a pipe in place of an eventfd: \(error)")
            }
            if let harm = stranger.close() { violations.add("a stranger's descriptor was \(harm.rawValue): one that was refused") }
        }
    }
#endif
