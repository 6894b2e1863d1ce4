// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import CKVM
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#else
    #error("swift-irqfd knows three C libraries: Glibc, Musl and that of macOS")
#endif

/// A virtual machine on /dev/kvm: one processor in real mode, two pages of memory, the interrupt controllers of a PC inside the kernel.
package final class KVMGuest: Guest, @unchecked Sendable {
    // Unchecked: the descriptors and addresses never change between init and deinit; the page shared with the kernel belongs to the
    // processor's thread, but for the flag that ends it, which is written atomically.
    private let kvm: Descriptor
    private let vm: Descriptor
    private let processor: Descriptor
    private let memory: Mapping
    private let shared: Mapping

    /// How far the guest has come.
    private enum Stage: Sendable {
        case starting
        case ready
        case failed(GuestError)
    }
    private let stage = Monitor<Stage>(.starting)
    private let isStopping = Atomic(false)
    private let thread = Monitor<NamedThread?>(nil)

    package let backend = Backend.kvm

    /// Makes the machine and loads its program; it does not run yet.
    package init() throws(GuestError) {
        kvm = try Descriptor(ckvm_open(), "opening /dev/kvm")
        guard ckvm_api_version(kvm.number) == ckvm_known_api_version else {
            throw GuestError("/dev/kvm speaks an unknown version of its interface")
        }
        vm = try Descriptor(ckvm_create_vm(kvm.number), "making a virtual machine")
        try succeed(ckvm_create_interrupt_controllers(vm.number), "making the interrupt controllers")
        memory = try Mapping(size: GuestProgram.memorySize, descriptor: -1)
        unsafe UnsafeMutableRawBufferPointer(start: memory.start + Int(GuestProgram.start), count: GuestProgram.code.count)
            .copyBytes(from: GuestProgram.code)
        try succeed(unsafe ckvm_set_memory(vm.number, memory.start, UInt64(memory.size)), "giving the machine its memory")
        processor = try Descriptor(ckvm_create_processor(vm.number), "making the processor")
        let size = ckvm_shared_size(kvm.number)
        try succeed(size, "asking for the size of the processor's page")
        shared = try Mapping(size: Int(size), descriptor: processor.number)
        try succeed(ckvm_set_real_mode(processor.number, GuestProgram.start, GuestProgram.stack), "setting the processor to real mode")
    }

    package func start(observer: any GuestObserver) throws(GuestError) {
        // The signal only has to end the processor's system call; without a handler it would end the program.
        signal(stopSignal) { _ in }
        thread.update { $0 = NamedThread(name: "guest-processor") { [self] in runProcessor(observer) } }
        let outcome = stage.wait(atMost: .seconds(20)) { stage -> Stage? in
            if case .starting = stage { nil } else { stage }
        }
        switch outcome {
        case .ready: return
        case .failed(let error): throw error
        case .starting, nil: throw GuestError("the guest did not program its interrupt controllers within 20 s")
        }
    }

    package func setLine(_ line: UInt32, level: Bool) throws(GuestError) -> LineOutcome {
        var outcome: Int32 = 0
        try succeed(unsafe ckvm_set_line(vm.number, line, level, &outcome), "setting interrupt line \(line)")
        guard level else { return .ignored }
        return outcome > 0 ? .latched : outcome == 0 ? .merged : .ignored
    }

    /// Lets an eventfd interrupt the guest on a line, by the kernel's own irqfd, or takes it from there.
    package func setIrqfd(_ eventfd: Int32, line: UInt32, isAssigned: Bool) throws(GuestError) {
        try succeed(ckvm_irqfd(vm.number, eventfd, line, isAssigned), "setting an irqfd of the kernel's")
    }

    package func stop() {
        guard let thread = thread.update({ $0.take() }) else { return }
        isStopping.store(true, ordering: .sequentiallyConsistent)
        unsafe ckvm_stop_running(shared.start)
        thread.interrupt(with: stopSignal)
        thread.join()
    }

    deinit { stop() }

    /// What the processor's thread does.
    private func runProcessor(_ observer: any GuestObserver) {
        // A thread begins with the mask of the one that made it, which may have blocked everything: those of Dispatch do.
        var mask = sigset_t()
        unsafe sigemptyset(&mask)
        unsafe sigaddset(&mask, stopSignal)
        unsafe pthread_sigmask(SIG_UNBLOCK, &mask, nil)
        while !isStopping.load(ordering: .sequentiallyConsistent) {
            var port: UInt16 = 0
            var value: UInt8 = 0
            let exit = unsafe ckvm_run(processor.number, shared.start, &port, &value)
            switch exit {
            case Int32(ckvm_exit_interrupted.rawValue):
                continue
            case Int32(ckvm_exit_port_write.rawValue) where port == GuestProgram.port && value < 16:
                observer.guestTook(UInt32(value))
            case Int32(ckvm_exit_port_write.rawValue) where port == GuestProgram.port && value == GuestProgram.ready:
                stage.update { $0 = .ready }
            default:
                let reason = exit < 0 ? unsafe String(cString: strerror(-exit)) : "it stopped with reason \(port)"
                let error = GuestError("the guest's processor cannot go on: \(reason)")
                stage.update { $0 = .failed(error) }
                observer.guestFailed(error)
                return
            }
        }
    }
}

/// Interrupts the processor's thread; nobody else in this program uses it.
private let stopSignal = SIGUSR1

/// An open file that is closed with its owner.
private struct Descriptor: ~Copyable {
    let number: Int32

    init(_ result: Int32, _ step: String) throws(GuestError) {
        try succeed(result, step)
        number = result
    }

    deinit { close(number) }
}

/// Some memory that is given back with its owner: fresh, or shared with the kernel.
@safe private struct Mapping: ~Copyable {
    let start: UnsafeMutableRawPointer
    let size: Int

    init(size: Int, descriptor: Int32) throws(GuestError) {
        let flags = descriptor < 0 ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_SHARED
        guard let start = unsafe mmap(nil, size, PROT_READ | PROT_WRITE, flags, descriptor, 0), unsafe start != MAP_FAILED else {
            throw GuestError("mapping \(size) bytes failed: \(unsafe String(cString: strerror(errno)))")
        }
        unsafe self.start = start
        self.size = size
    }

    deinit { unsafe munmap(start, size) }
}

/// Throws when a call of CKVM gave back an error number.
private func succeed(_ result: Int32, _ step: String) throws(GuestError) {
    guard result < 0 else { return }
    throw GuestError("\(step) failed: \(unsafe String(cString: strerror(-result)))")
}
