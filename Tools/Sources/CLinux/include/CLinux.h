// swift-irqfd: SPDX-License-Identifier: Apache-2.0

// The calls of Linux with which the kernel's eventfds are compared with ours; and, in a header of their own, those of epoll.
//
// Some are variadic, which Swift cannot call, and the headers of others are not in the Glibc module. Every function that may fail gives back
// a negative error number and leaves errno out of it. On other systems the functions are there as well and say so.

#ifndef CLINUX_H
#define CLINUX_H

#include "CEpoll.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>

#if defined(__x86_64__) && defined(__GNUC__)
#include <cpuid.h>
#include <string.h>
#endif

/// The name with which a hypervisor answers, and a null byte.
enum { clinux_hypervisor_size = 13 };

/// Asks the processor under which hypervisor it runs; false: under none, or it cannot be asked.
static inline bool clinux_hypervisor(char name[13]) {
#if defined(__x86_64__) && defined(__GNUC__)
    unsigned a, b, c, d;
    if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & 1u << 31)) return false;
    __cpuid(0x40000000, a, b, c, d);
    memcpy(name, &b, 4);
    memcpy(name + 4, &c, 4);
    memcpy(name + 8, &d, 4);
    name[12] = 0;
    return name[0] != 0;
#else
    return false;
#endif
}

/// A number that no descriptor has: the limit of open files is below it.
enum { clinux_no_descriptor = 0x7ffffffe };

#if defined(__linux__)

#include <fcntl.h>
#include <linux/aio_abi.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

/// Opens an eventfd; a descriptor or a negative error number.
static inline int clinux_eventfd(uint32_t initial_value, bool semaphore, bool nonblocking) {
    int descriptor = eventfd(initial_value, EFD_CLOEXEC | (semaphore ? EFD_SEMAPHORE : 0) | (nonblocking ? EFD_NONBLOCK : 0));
    return descriptor < 0 ? -errno : descriptor;
}

/// One more descriptor of the same open file.
static inline int clinux_duplicate(int descriptor) {
    int other = dup(descriptor);
    return other < 0 ? -errno : other;
}

/// Closes a descriptor.
static inline int clinux_close(int descriptor) { return close(descriptor) < 0 ? -errno : 0; }

/// Reads eight bytes.
static inline int clinux_read(int descriptor, uint64_t *value) {
    ssize_t length = read(descriptor, value, sizeof *value);
    if (length < 0) return -errno;
    return length == sizeof *value ? 0 : -EIO;
}

/// Writes eight bytes.
static inline int clinux_write(int descriptor, uint64_t value) {
    ssize_t length = write(descriptor, &value, sizeof value);
    if (length < 0) return -errno;
    return length == sizeof value ? 0 : -EIO;
}

/// What poll(2) reports of a descriptor for input and output, without waiting.
static inline int clinux_poll(int descriptor) {
    struct pollfd request = {.fd = descriptor, .events = POLLIN | POLLOUT};
    return poll(&request, 1, 0) < 0 ? -errno : (unsigned short)request.revents;
}

/// Whether operations on the open file fail instead of sleeping: 0, 1 or a negative error number.
static inline int clinux_is_nonblocking(int descriptor) {
    int flags = fcntl(descriptor, F_GETFL);
    return flags < 0 ? -errno : (flags & O_NONBLOCK) != 0;
}

/// Makes operations on the open file fail instead of sleeping, or sleep again.
static inline int clinux_set_nonblocking(int descriptor, bool nonblocking) {
    int flags = fcntl(descriptor, F_GETFL);
    if (flags < 0) return -errno;
    flags = nonblocking ? flags | O_NONBLOCK : flags & ~O_NONBLOCK;
    return fcntl(descriptor, F_SETFL, flags) < 0 ? -errno : 0;
}

/// The counter of an eventfd, as procfs tells it.
static inline int clinux_count(int descriptor, uint64_t *count) {
    char text[512];
    snprintf(text, sizeof text, "/proc/self/fdinfo/%d", descriptor);
    int info = open(text, O_RDONLY | O_CLOEXEC);
    if (info < 0) return -errno;
    ssize_t length = read(info, text, sizeof text - 1);
    int error = errno;
    close(info);
    if (length < 0) return -error;
    text[length] = 0;
    static const char key[] = "eventfd-count:";
    const char *found = strstr(text, key);
    if (!found) return -ENOENT;
    *count = strtoull(found + sizeof key - 1, NULL, 16);
    return 0;
}

/// Opens an epoll set; a descriptor or a negative error number.
static inline int clinux_epoll(void) {
    int descriptor = epoll_create1(EPOLL_CLOEXEC);
    return descriptor < 0 ? -errno : descriptor;
}

/// Watches a descriptor for edges of some events of poll(2), and of errors in any case, under a number of one's own.
static inline int clinux_watch(int epoll, int descriptor, uint32_t events, uint32_t number) {
    struct epoll_event event = {.events = events | EPOLLERR | EPOLLET, .data.u32 = number};
    return epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event) < 0 ? -errno : 0;
}

/// Watches a descriptor no longer. Before it is closed: another descriptor of the same file would keep it in the set.
static inline int clinux_unwatch(int epoll, int descriptor) {
    struct epoll_event event = {.events = 0};
    return epoll_ctl(epoll, EPOLL_CTL_DEL, descriptor, &event) < 0 ? -errno : 0;
}

/// Takes the edges there are, without waiting: `edges[number]` is what is ready where there was one; the others are left alone.
static inline int clinux_take_edges(int epoll, uint32_t *edges, uint32_t count) {
    struct epoll_event events[16];
    int found = epoll_wait(epoll, events, sizeof events / sizeof *events, 0);
    if (found < 0) return -errno;
    for (int index = 0; index < found; index += 1) {
        if (events[index].data.u32 < count) edges[events[index].data.u32] = events[index].events;
    }
    return 0;
}

/// What it takes to make the kernel signal an eventfd: asynchronous I/O that is done at once, and tells an eventfd so.
struct clinux_signaller {
    aio_context_t context;
    /// A pipe into which nobody writes: there is room in it at any time.
    int pipe[2];
};

/// Makes a signaller; the kernel may have been built without asynchronous I/O.
static inline int clinux_signaller_open(struct clinux_signaller *signaller) {
    signaller->context = 0;
    signaller->pipe[0] = signaller->pipe[1] = -1;
    if (syscall(SYS_io_setup, 8, &signaller->context) < 0) return -errno;
    if (pipe(signaller->pipe) < 0) return -errno;
    fcntl(signaller->pipe[0], F_SETFD, FD_CLOEXEC);
    fcntl(signaller->pipe[1], F_SETFD, FD_CLOEXEC);
    return 0;
}

/// Ends a signaller, also one that could not be made.
static inline void clinux_signaller_close(struct clinux_signaller *signaller) {
    syscall(SYS_io_destroy, signaller->context);
    close(signaller->pipe[0]);
    close(signaller->pipe[1]);
}

/// Makes the kernel signal an eventfd, once. When this returns, it has.
static inline int clinux_signal(struct clinux_signaller *signaller, int descriptor) {
    struct iocb request;
    memset(&request, 0, sizeof request);
    request.aio_lio_opcode = IOCB_CMD_POLL;
    request.aio_fildes = (uint32_t)signaller->pipe[1];
    request.aio_buf = POLLOUT;
    request.aio_flags = IOCB_FLAG_RESFD;
    request.aio_resfd = (uint32_t)descriptor;
    struct iocb *requests[] = {&request};
    long submitted = syscall(SYS_io_submit, signaller->context, 1, requests);
    if (submitted < 0) return -errno;
    struct io_event done;
    long found = syscall(SYS_io_getevents, signaller->context, 1, 1, &done, NULL);
    if (found < 0) return -errno;
    return submitted == 1 && found == 1 ? 0 : -EIO;
}

/// A set of processors, as sched_setaffinity(2) has it: of up to 1024.
struct clinux_processors {
    unsigned long bits[1024 / (8 * sizeof(unsigned long))];
};

/// Keeps the calling thread on the processor that it is on; `before` is where it was allowed to be.
static inline int clinux_stay(struct clinux_processors *before) {
    memset(before, 0, sizeof *before);
    if (syscall(SYS_sched_getaffinity, 0, sizeof *before, before) < 0) return -errno;
    unsigned processor = 0;
    if (syscall(SYS_getcpu, &processor, NULL, NULL) < 0) return -errno;
    if (processor >= 8 * sizeof before->bits) return -EINVAL;
    struct clinux_processors here;
    memset(&here, 0, sizeof here);
    unsigned width = 8 * sizeof *here.bits;
    here.bits[processor / width] = 1ul << processor % width;
    return syscall(SYS_sched_setaffinity, 0, sizeof here, &here) < 0 ? -errno : 0;
}

/// Keeps the calling thread, and those that it starts, on one of the processors that it may use, counted from 0.
static inline int clinux_stay_on(unsigned index, struct clinux_processors *before) {
    memset(before, 0, sizeof *before);
    if (syscall(SYS_sched_getaffinity, 0, sizeof *before, before) < 0) return -errno;
    struct clinux_processors chosen;
    memset(&chosen, 0, sizeof chosen);
    const unsigned width = 8 * sizeof *chosen.bits;
    for (unsigned processor = 0; processor < 8 * sizeof chosen.bits; processor++) {
        if (((before->bits[processor / width] >> processor % width) & 1) == 0 || index-- != 0) continue;
        chosen.bits[processor / width] = 1ul << processor % width;
        return syscall(SYS_sched_setaffinity, 0, sizeof chosen, &chosen) < 0 ? -errno : 0;
    }
    return -EINVAL;
}

/// Lets the calling thread go where it was allowed to be before.
static inline void clinux_roam(const struct clinux_processors *before) {
    syscall(SYS_sched_setaffinity, 0, sizeof *before, before);
}

/// Lets this process have as many open descriptors as it may at most, and says how many that are.
static inline int64_t clinux_raise_open_files(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) < 0) return -errno;
    limit.rlim_cur = limit.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &limit) < 0) return -errno;
    return limit.rlim_cur > INT32_MAX ? INT32_MAX : (int64_t)limit.rlim_cur;
}

#else

struct clinux_signaller {
    int unused;
};
struct clinux_processors {
    int unused;
};
static inline int clinux_eventfd(uint32_t initial_value, bool semaphore, bool nonblocking) { return -ENOSYS; }
static inline int clinux_duplicate(int descriptor) { return -ENOSYS; }
static inline int clinux_close(int descriptor) { return -ENOSYS; }
static inline int clinux_read(int descriptor, uint64_t *value) { return -ENOSYS; }
static inline int clinux_write(int descriptor, uint64_t value) { return -ENOSYS; }
static inline int clinux_poll(int descriptor) { return -ENOSYS; }
static inline int clinux_is_nonblocking(int descriptor) { return -ENOSYS; }
static inline int clinux_set_nonblocking(int descriptor, bool nonblocking) { return -ENOSYS; }
static inline int clinux_count(int descriptor, uint64_t *count) { return -ENOSYS; }
static inline int clinux_epoll(void) { return -ENOSYS; }
static inline int clinux_watch(int epoll, int descriptor, uint32_t events, uint32_t number) { return -ENOSYS; }
static inline int clinux_unwatch(int epoll, int descriptor) { return -ENOSYS; }
static inline int clinux_take_edges(int epoll, uint32_t *edges, uint32_t count) { return -ENOSYS; }
static inline int clinux_signaller_open(struct clinux_signaller *signaller) { return -ENOSYS; }
static inline void clinux_signaller_close(struct clinux_signaller *signaller) {}
static inline int clinux_signal(struct clinux_signaller *signaller, int descriptor) { return -ENOSYS; }
static inline int clinux_stay(struct clinux_processors *before) { return -ENOSYS; }
static inline int clinux_stay_on(unsigned index, struct clinux_processors *before) { return -ENOSYS; }
static inline int64_t clinux_raise_open_files(void) { return -ENOSYS; }
static inline void clinux_roam(const struct clinux_processors *before) {}

#endif
#endif
