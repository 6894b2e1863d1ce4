// swift-irqfd: SPDX-License-Identifier: Apache-2.0

// The part of the KVM interface that the tool needs.
//
// The calls are variadic ioctls, which Swift cannot make; so each is a function here. Every function that may fail gives back a negative
// error number and leaves errno out of it. On systems without KVM the functions are there as well and say so.

#ifndef CKVM_H
#define CKVM_H

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>

/// The version of the interface that this header is written for; every kernel since 2.6.22 has it.
enum { ckvm_known_api_version = 12 };

/// What the virtual processor came back with.
enum ckvm_exit {
    /// It wrote one byte to an I/O port.
    ckvm_exit_port_write,
    /// The calling thread was interrupted, or asked not to start.
    ckvm_exit_interrupted,
    /// Anything else: our guest does nothing else, so this is a failure.
    ckvm_exit_other,
};

#if defined(__linux__) && defined(__x86_64__)

#include <fcntl.h>
#include <linux/kvm.h>
#include <string.h>
#include <sys/ioctl.h>

/// Opens the device; a descriptor or a negative error number.
static inline int ckvm_open(void) {
    int kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
    return kvm < 0 ? -errno : kvm;
}

/// The version of the interface.
static inline int ckvm_api_version(int kvm) {
    int version = ioctl(kvm, KVM_GET_API_VERSION, 0);
    return version < 0 ? -errno : version;
}

/// Makes a virtual machine; a descriptor or a negative error number.
static inline int ckvm_create_vm(int kvm) {
    int vm = ioctl(kvm, KVM_CREATE_VM, 0);
    return vm < 0 ? -errno : vm;
}

/// Gives the machine the interrupt controllers of a PC, inside the kernel.
///
/// Processors that cannot run real mode natively emulate it and need a few pages of guest addresses for that; where, is told first.
static inline int ckvm_create_interrupt_controllers(int vm) {
    uint64_t identity_map = 0xfffbc000;
    if (ioctl(vm, KVM_SET_IDENTITY_MAP_ADDR, &identity_map) < 0) return -errno;
    if (ioctl(vm, KVM_SET_TSS_ADDR, 0xfffbd000) < 0) return -errno;
    return ioctl(vm, KVM_CREATE_IRQCHIP, 0) < 0 ? -errno : 0;
}

/// Makes `size` bytes at `host` the guest's memory from address 0 on.
static inline int ckvm_set_memory(int vm, void *host, uint64_t size) {
    struct kvm_userspace_memory_region region = {
        .slot = 0, .flags = 0, .guest_phys_addr = 0, .memory_size = size, .userspace_addr = (uintptr_t)host};
    return ioctl(vm, KVM_SET_USER_MEMORY_REGION, &region) < 0 ? -errno : 0;
}

/// Makes the machine's only processor; a descriptor or a negative error number.
static inline int ckvm_create_processor(int vm) {
    int processor = ioctl(vm, KVM_CREATE_VCPU, 0);
    return processor < 0 ? -errno : processor;
}

/// How large the page is that the kernel shares with us for each processor.
static inline int ckvm_shared_size(int kvm) {
    int size = ioctl(kvm, KVM_GET_VCPU_MMAP_SIZE, 0);
    return size < 0 ? -errno : size;
}

/// Sets the processor to real mode, code segment 0, interrupts off, at the given instruction and stack.
static inline int ckvm_set_real_mode(int processor, uint16_t instruction, uint16_t stack) {
    struct kvm_sregs segments;
    if (ioctl(processor, KVM_GET_SREGS, &segments) < 0) return -errno;
    segments.cs.base = 0;
    segments.cs.selector = 0;
    if (ioctl(processor, KVM_SET_SREGS, &segments) < 0) return -errno;
    struct kvm_regs registers;
    memset(&registers, 0, sizeof registers);
    registers.rip = instruction;
    registers.rsp = stack;
    registers.rflags = 2;  // the one bit that is always set
    return ioctl(processor, KVM_SET_REGS, &registers) < 0 ? -errno : 0;
}

/// Raises or lowers an interrupt line.
///
/// `outcome` says what a raised line met: positive, the controller latched it; 0, it shared a request that was already waiting; negative,
/// the line is masked.
static inline int ckvm_set_line(int vm, uint32_t line, bool level, int *outcome) {
    struct kvm_irq_level request;
    memset(&request, 0, sizeof request);
    request.irq = line;
    request.level = level;
    if (ioctl(vm, KVM_IRQ_LINE_STATUS, &request) < 0) return -errno;
    *outcome = (int)request.status;
    return 0;
}

/// Lets an eventfd interrupt the machine on a line, or takes it from there.
static inline int ckvm_irqfd(int vm, int eventfd, uint32_t line, bool assign) {
    struct kvm_irqfd request;
    memset(&request, 0, sizeof request);
    request.fd = (uint32_t)eventfd;
    request.gsi = line;
    request.flags = assign ? 0 : KVM_IRQFD_FLAG_DEASSIGN;
    return ioctl(vm, KVM_IRQFD, &request) < 0 ? -errno : 0;
}

/// The lines that one of the two 8259 has latched and no processor has taken, a bit each. `chip`: 0, lines 0 to 7; 1, lines 8 to 15.
static inline int ckvm_latched_lines(int vm, uint32_t chip, uint8_t *lines) {
    struct kvm_irqchip state;
    memset(&state, 0, sizeof state);
    state.chip_id = chip;
    if (ioctl(vm, KVM_GET_IRQCHIP, &state) < 0) return -errno;
    *lines = state.chip.pic.irr;
    return 0;
}

/// Makes one of the two 8259 forget what it has latched.
static inline int ckvm_clear_lines(int vm, uint32_t chip) {
    struct kvm_irqchip state;
    memset(&state, 0, sizeof state);
    state.chip_id = chip;
    if (ioctl(vm, KVM_GET_IRQCHIP, &state) < 0) return -errno;
    state.chip.pic.irr = 0;
    state.chip.pic.last_irr = 0;
    return ioctl(vm, KVM_SET_IRQCHIP, &state) < 0 ? -errno : 0;
}

/// Runs the processor until it has something to say; an `enum ckvm_exit` or a negative error number.
///
/// `shared` is the processor's page. After `ckvm_exit_port_write`, `port` and `value` are what was written; after `ckvm_exit_other`, `port`
/// is the kernel's exit reason.
static inline int ckvm_run(int processor, void *shared, uint16_t *port, uint8_t *value) {
    struct kvm_run *run = shared;
    if (ioctl(processor, KVM_RUN, 0) < 0) return errno == EINTR || errno == EAGAIN ? ckvm_exit_interrupted : -errno;
    if (run->exit_reason == KVM_EXIT_INTR) return ckvm_exit_interrupted;
    if (run->exit_reason == KVM_EXIT_IO && run->io.direction == KVM_EXIT_IO_OUT && run->io.size == 1 && run->io.count == 1) {
        *port = run->io.port;
        *value = *((uint8_t *)shared + run->io.data_offset);
        return ckvm_exit_port_write;
    }
    *port = (uint16_t)run->exit_reason;
    return ckvm_exit_other;
}

/// From now on `ckvm_run` comes back at once. Together with a signal to its thread this ends it without a race: the signal interrupts a run
/// that goes on, and this flag the run that is about to begin.
static inline void ckvm_stop_running(void *shared) {
    __atomic_store_n(&((struct kvm_run *)shared)->immediate_exit, 1, __ATOMIC_SEQ_CST);
}

#else

static inline int ckvm_open(void) { return -ENOSYS; }
static inline int ckvm_api_version(int kvm) { return -ENOSYS; }
static inline int ckvm_create_vm(int kvm) { return -ENOSYS; }
static inline int ckvm_create_interrupt_controllers(int vm) { return -ENOSYS; }
static inline int ckvm_set_memory(int vm, void *host, uint64_t size) { return -ENOSYS; }
static inline int ckvm_create_processor(int vm) { return -ENOSYS; }
static inline int ckvm_shared_size(int kvm) { return -ENOSYS; }
static inline int ckvm_set_real_mode(int processor, uint16_t instruction, uint16_t stack) { return -ENOSYS; }
static inline int ckvm_set_line(int vm, uint32_t line, bool level, int *outcome) { return -ENOSYS; }
static inline int ckvm_irqfd(int vm, int eventfd, uint32_t line, bool assign) { return -ENOSYS; }
static inline int ckvm_latched_lines(int vm, uint32_t chip, uint8_t *lines) { return -ENOSYS; }
static inline int ckvm_clear_lines(int vm, uint32_t chip) { return -ENOSYS; }
static inline int ckvm_run(int processor, void *shared, uint16_t *port, uint8_t *value) { return -ENOSYS; }
static inline void ckvm_stop_running(void *shared) {}

#endif
#endif
