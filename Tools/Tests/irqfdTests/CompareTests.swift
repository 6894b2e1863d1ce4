// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if os(Linux)
    import EventFD
    import Testing

    @testable import irqfd

    @Suite struct CompareTests {
        @Test(arguments: [1, 2, 3] as [UInt64]) func filesDoWhatTheKernelsDo(seed: UInt64) throws {
            let report = try Compare(seed: seed, scripts: 500, operations: 24, about: .files).run(patience: .seconds(60))
            #expect(report.isGood, "\(report.messages)")
            #expect(report.scripts == 500 && report.operations == 12_000 && !report.kvm)
            // Of files with counters of their own there is no difference.
            #expect(report.excused.allSatisfy { $0.value == 0 || $0.key == Difference.roomToldWhenAsked.rawValue })
            #expect(report.descriptorScripts > 100)
        }

        @Test(.enabled(if: hasKVM, "irqfds are not compared: /dev/kvm cannot be used"), arguments: [1, 2] as [UInt64])
        func irqfdsDoWhatTheKernelsDo(seed: UInt64) throws {
            let report = try Compare(seed: seed, scripts: 150, operations: 24, about: .machines).run(patience: .seconds(60))
            #expect(report.isGood, "\(report.messages)")
            #expect(report.scripts == 150 && report.kvm && report.interrupts > 0)
            #expect(report.excused["counter-is-consumed"] ?? 0 > 0)
        }

        @Test func theKernelCanBeMadeToReachTheLargestCount() throws {
            let comparison = Comparison(ours: OurSubject(), theirs: try KernelSubject(signaller: try KernelSignaller(), machines: nil))
            let script = Script(
                hasMachines: false,
                operations: [
                    .create(slot: 1, initialValue: 0, semaphore: false, nonBlocking: false), .write(slot: 1, value: .max - 1),
                    .signal(slot: 1),
                    .signal(slot: 1), .write(slot: 1, value: 0), .read(slot: 1), .read(slot: 1),
                ]
            )
            let result = try comparison.run(script, recordsRows: true)
            #expect(!result.isMismatch && result.rows.count == 7)
            let kernels = result.rows.compactMap { $0.sightings?.1.slots[1] }
            #expect(kernels.map(\.count) == [0, .max - 1, .max, .max, .max, 0, 0])
            #expect(kernels.map(\.readiness) == [4, 1, 9, 9, 9, 4, 4])
            // The write finds no room and wakes nobody; the read leaves room; the second read would sleep.
            #expect(kernels.map(\.inputEdge) == [0, 1, 9, 9, 0, 0, 0])
            #expect(kernels.map(\.outputEdge) == [4, 0, 0, 0, 0, 4, 0])
            #expect(result.rows.map(\.outcomes.1) == [.done, .done, .done, .done, .failed(11), .value(.max), .failed(11)])
        }

        @Test(.enabled(if: hasKVM, "irqfds are not compared: /dev/kvm cannot be used")) func theKernelsInterruptsAreSeen() throws {
            let kernel = try KernelSubject(signaller: try KernelSignaller(), machines: try KernelMachines())
            let comparison = Comparison(ours: OurSubject(), theirs: kernel)
            let script = Script(
                hasMachines: true,
                operations: [
                    .create(slot: 0, initialValue: 1, semaphore: false, nonBlocking: true), .assign(machine: 0, slot: 0, line: 3),
                    .write(slot: 0, value: 0), .signal(slot: 0), .deassign(machine: 0, slot: 0, line: 3), .signal(slot: 0),
                    .assign(machine: 1, slot: 0, line: 10), .close(slot: 0),
                ]
            )
            let result = try comparison.run(script, recordsRows: true)
            #expect(!result.isMismatch)
            let line3: [UInt16] = [1 << 3, 0]
            let kernels = result.rows.compactMap { $0.sightings?.1.interrupts }
            #expect(kernels == [[0, 0], line3, line3, line3, [0, 0], [0, 0], [0, 1 << 10], [0, 0]])
            #expect(result.excused == [.counterIsConsumed: 2])
        }

        @Test func aCallThatSleepsWithoutReasonIsEnded() {
            let sleepGuard = SleepGuard(pause: .milliseconds(20))
            let file = EventFDFile()
            let error = sleepGuard.watch(file) { () -> EventFDError? in
                do throws(EventFDError) {
                    _ = try file.read()
                    return nil
                } catch {
                    return error
                }
            }
            #expect(error == .badFileDescriptor)
        }
    }

    /// Whether virtual machines can be made.
    private let hasKVM = (try? KernelMachines()) != nil
#endif
