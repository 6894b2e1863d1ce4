// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if ScheduleExploration && os(Linux)
    internal import CKernelPrimitives
    internal import EventFD
    internal import KernelPrimitives
    internal import ScheduleExplorer

    /// A file on an eventfd of the kernel's, what another process does with it, and what the thread does that waits for descriptors.
    ///
    /// The system calls are real. What they change is one word to the explorer, which every one of them writes.
    final class Counterpart: Sendable {
        let file: EventFDFile
        let poller: DescriptorPoller
        private let descriptor: EventFDDescriptor

        init(initialValue: UInt32 = 0) {
            let own = try! EventFDDescriptor(initialValue: initialValue, flags: .nonBlocking)
            descriptor = try! own.duplicate()
            file = try! EventFDFile(descriptor: own)
            file.isNonBlocking = false
            poller = DescriptorPoller.atWork!
        }

        /// The other process writes.
        func write(_ value: UInt64) {
            poller.touchKernel()
            var value = value
            unsafe precondition(writeBytes(descriptor.number, &value) == 8)
        }

        /// The other process reads; nil: there is nothing.
        func read() -> UInt64? {
            poller.touchKernel()
            var value: UInt64 = 0
            return unsafe readBytes(descriptor.number, &value) == 8 ? value : nil
        }

        /// The thread looks what there is, which may be nothing, and tells.
        func pass(times: Int = 1) { for _ in 0..<times { _ = poller.pass(mayWait: false) } }
    }

    /// Somebody else's descriptor, which has got a number that became free.
    struct Stranger: ~Copyable {
        private let descriptor = try! EventFDDescriptor(flags: .nonBlocking)

        var number: Int32 { descriptor.number }

        func expectUntouched(_ run: ScenarioRun) {
            run.expect(!isReadable(descriptor.number), "a stranger's descriptor was written to")
        }
    }

    func isReadable(_ number: Int32) -> Bool {
        var request = pollfd(fd: number, events: Int16(POLLIN), revents: 0)
        return unsafe poll(&request, 1, 0) == 1
    }

    private func writeBytes(_ number: Int32, _ value: UnsafePointer<UInt64>) -> Int { unsafe write(number, value, 8) }
    private func readBytes(_ number: Int32, _ value: UnsafeMutablePointer<UInt64>) -> Int { unsafe read(number, value, 8) }
#endif
