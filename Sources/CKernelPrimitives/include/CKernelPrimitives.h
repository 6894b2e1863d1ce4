//===----------------------------------------------------------------------===//
// swift-irqfd: SPDX-License-Identifier: Apache-2.0
//
// What Swift cannot say by itself: sleeping on a word, one thread-local record, starting and naming a thread; and the system's
// headers that the Glibc module lacks, or that Embedded Swift, which has no such module, needs.
// Everything is inline; the source file beside this header holds the one definition of the thread-local.
// The parts for macOS are written with care and have not been run.
//===----------------------------------------------------------------------===//

#ifndef CKERNELPRIMITIVES_H
#define CKERNELPRIMITIVES_H

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#if defined(__linux__)
#include <linux/futex.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#elif defined(__APPLE__)
#include <os/clock.h>
#include <os/os_sync_wait_on_address.h>
#else
#error "swift-irqfd knows how to sleep on a word on Linux and macOS only."
#endif

/// Deeper nesting than this is a mistake of the caller's (a wake function that wakes itself), never a need.
#define KP_MAX_HELD_LOCKS 24

/// In `wait_queue_locks`: something was put off until the last of them is gone. One look at one word tells when to do it.
#define KP_PUT_OFF 0x80000000u

/// What this package knows about the running thread. Only the thread itself writes it.
struct kp_thread {
    /// Wait queue locks held, below KP_PUT_OFF: not zero inside a wake function, and wherever a view of a locked queue is alive.
    uint32_t wait_queue_locks;
    /// Debug builds and explored schedules: the locks held.
    uint32_t held_locks;
    const void *_Nullable held[KP_MAX_HELD_LOCKS];
    /// The workqueue whose worker this thread is, and the work it runs.
    void *_Nullable worker;
    void *_Nullable current_work;
    /// Releases put off until the last wait queue lock of this thread is gone.
    void *_Nullable put_off;
    /// Entries that left a queue, whose references are dropped (or continuations resumed) at that same moment.
    void *_Nullable after_unlock;
    /// The worker that this thread had the kernel wake last, and whether it had slept for long: then to spin for it is no use.
    const void *_Nullable woken_worker;
    bool woke_from_long_sleep;
    /// Other calls put off until then.
    void *_Nullable put_off_calls;
    /// The scheduler that a test installed (package trait ScheduleExploration).
    void *_Nullable scheduler;
    /// This thread is the one that waits for descriptors: whoever waits for it must be another one.
    bool polls_descriptors;
    /// The queue of whose stall this thread tells the user's handler at this moment.
    void *_Nullable reported_queue;
    /// Why the thread sleeps, for reports; null while it runs.
    const char *_Nullable waits_for;
    char name[16];
    /// Tracing: the number of this thread, from its first event on, and the session to which that number was last told.
    uint32_t trace_number;
    uint32_t trace_session;
    /// A sink is being called: what it causes is not told to it.
    bool is_in_sink;
};

#if defined(__linux__)
// A plain offset from the thread pointer, no call, also when the package ends up in a shared library.
#define KP_THREAD_LOCAL __attribute__((tls_model("initial-exec")))
#else
// Not run yet: macOS has one model only.
#define KP_THREAD_LOCAL
#endif

extern _Thread_local struct kp_thread kp_thread_record KP_THREAD_LOCAL;

static inline struct kp_thread *_Nonnull kp_current_thread(void) { return &kp_thread_record; }

// MARK: Locks held by this thread

/// What stands in a lock that this thread holds: never zero, also in its lower half, and even.
static inline uintptr_t kp_thread_mark(void) { return (uintptr_t)&kp_thread_record + 4; }

/// Whether this thread is inside a wake function or holds a wait queue's lock.
static inline bool kp_is_atomic(void) { return (kp_thread_record.wait_queue_locks & ~KP_PUT_OFF) != 0; }

static inline void kp_enter_wait_queue(void) { kp_thread_record.wait_queue_locks++; }

/// True: that was the last one, and something was put off.
static inline bool kp_leave_wait_queue(void) { return --kp_thread_record.wait_queue_locks == KP_PUT_OFF; }

static inline void kp_note_put_off(void) { kp_thread_record.wait_queue_locks |= KP_PUT_OFF; }

static inline void kp_begin_put_off(void) { kp_thread_record.wait_queue_locks &= ~KP_PUT_OFF; }

/// False: the thread holds as many locks as the record has room for.
static inline bool kp_push_lock(const void *_Nonnull lock) {
    uint32_t depth = kp_thread_record.held_locks;
    if (depth == KP_MAX_HELD_LOCKS) { return false; }
    kp_thread_record.held[depth] = lock;
    kp_thread_record.held_locks = depth + 1;
    return true;
}

/// Locks may be given up in another order than they were taken; the usual case is the last one.
static inline void kp_pop_lock(const void *_Nonnull lock) {
    uint32_t i = kp_thread_record.held_locks;
    while (i > 0 && kp_thread_record.held[i - 1] != lock) { i--; }
    if (i == 0) { return; }
    kp_thread_record.held_locks -= 1;
    for (; i <= kp_thread_record.held_locks; i++) { kp_thread_record.held[i - 1] = kp_thread_record.held[i]; }
}

static inline const void *_Nullable kp_held_lock(uint32_t index) {
    return index < kp_thread_record.held_locks ? kp_thread_record.held[index] : 0;
}

// MARK: Tracing

/// Not zero: somebody wants to be told what happens.
extern uint32_t kp_tracing;

static inline bool kp_is_tracing(void) { return __builtin_expect(__atomic_load_n(&kp_tracing, __ATOMIC_RELAXED) != 0, 0); }
static inline void kp_set_tracing(uint32_t session) { __atomic_store_n(&kp_tracing, session, __ATOMIC_RELAXED); }
static inline uint32_t kp_trace_session(void) { return __atomic_load_n(&kp_tracing, __ATOMIC_RELAXED); }

// MARK: Why this thread sleeps

static inline void kp_set_waits_for(const char *_Nullable reason) {
    __atomic_store_n(&kp_thread_record.waits_for, reason, __ATOMIC_RELAXED);
}

/// May be asked of another thread, as long as that is alive.
static inline const char *_Nullable kp_waits_for(const struct kp_thread *_Nonnull thread) {
    return __atomic_load_n(&thread->waits_for, __ATOMIC_RELAXED);
}

// MARK: Clock

/// Nanoseconds of the clock that stands still while the machine sleeps, which is the one that sleeps on a word are timed by.
static inline uint64_t kp_monotonic_now(void) {
#if defined(__APPLE__)
    // Not run yet. CLOCK_MONOTONIC goes on while the machine sleeps there; this one is mach_absolute_time, in nanoseconds.
    return clock_gettime_nsec_np(CLOCK_UPTIME_RAW);
#else
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
#endif
}

// MARK: Sleeping on a word

/// A deadline that never comes.
#define KP_NEVER UINT64_MAX

#if defined(__APPLE__)
/// An hour.
#define KP_LONGEST_SLEEP 3600000000000u
#endif

/// Sleeps while `*word == expected`, until a wake, a spurious wake-up or the deadline on the monotonic clock.
static inline void kp_wait_on_word(const void *_Nonnull word, uint32_t expected, uint64_t deadline) {
    int saved = errno;
#if defined(__linux__)
    struct timespec until = {(time_t)(deadline / 1000000000u), (long)(deadline % 1000000000u)};
    // The bitset form takes an absolute time, on the monotonic clock.
    syscall(SYS_futex, word, FUTEX_WAIT_BITSET_PRIVATE, expected, deadline == KP_NEVER ? NULL : &until, NULL, FUTEX_BITSET_MATCH_ANY);
#else
    // Not run yet.
    if (deadline == KP_NEVER) {
        os_sync_wait_on_address((void *)word, expected, 4, OS_SYNC_WAIT_ON_ADDRESS_NONE);
    } else {
        uint64_t now = kp_monotonic_now();
        if (now < deadline) {
            // In nanoseconds from now, whatever the clock is called; a timeout of zero is refused. Callers look again after any sleep: so one
            // that is too long for the kernel's arithmetic need not be asked for.
            uint64_t timeout = deadline - now < KP_LONGEST_SLEEP ? deadline - now : KP_LONGEST_SLEEP;
            os_sync_wait_on_address_with_timeout(
                (void *)word, expected, 4, OS_SYNC_WAIT_ON_ADDRESS_NONE, OS_CLOCK_MACH_ABSOLUTE_TIME, timeout);
        }
    }
#endif
    errno = saved;
}

/// Wakes one sleeper. Only the address is used: the memory may be gone already, and then nobody sleeps there.
static inline void kp_wake_one_on_word(const void *_Nonnull word) {
    int saved = errno;
#if defined(__linux__)
    syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
#else
    // Not run yet.
    os_sync_wake_by_address_any((void *)word, 4, OS_SYNC_WAKE_BY_ADDRESS_NONE);
#endif
    errno = saved;
}

static inline void kp_spin_hint(void) {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__) || defined(__arm__)
    __asm__ volatile("yield");
#endif
}

static inline void kp_yield(void) { sched_yield(); }

static inline long kp_processor_count(void) {
    long count = sysconf(_SC_NPROCESSORS_ONLN);
    return count < 1 ? 1 : count;
}

// MARK: Threads

/// A word, because pthread_t is a number in one C library and a pointer in others: Swift need not tell them apart.
typedef uintptr_t kp_thread_handle;

/// Returns an error number, or 0.
static inline int kp_thread_start(kp_thread_handle *_Nonnull handle, void *_Nullable (*_Nonnull body)(void *_Nullable), void *_Nullable argument) {
    pthread_t thread;
    int error = pthread_create(&thread, NULL, body, argument);
    if (error == 0) { *handle = (kp_thread_handle)thread; }
    return error;
}

static inline int kp_thread_join(kp_thread_handle handle) { return pthread_join((pthread_t)handle, NULL); }
static inline int kp_thread_detach(kp_thread_handle handle) { return pthread_detach((pthread_t)handle); }

/// Names the calling thread; the kernel keeps 15 bytes.
static inline void kp_thread_set_name(const char *_Nonnull name) {
    strncpy(kp_thread_record.name, name, sizeof kp_thread_record.name - 1);
    kp_thread_record.name[sizeof kp_thread_record.name - 1] = 0;
#if defined(__linux__)
    prctl(PR_SET_NAME, kp_thread_record.name, 0, 0, 0);
#else
    // Not run yet.
    pthread_setname_np(kp_thread_record.name);
#endif
}

/// The name of the calling thread, whoever gave it.
static inline void kp_thread_get_name(char name[_Nonnull 16]) {
#if defined(__linux__)
    prctl(PR_GET_NAME, name, 0, 0, 0);
#else
    // Not run yet.
    pthread_getname_np(pthread_self(), name, 16);
#endif
}

/// Keeps the calling thread, and those that it starts, on one of the processors that it may use. Only explored schedules do so.
static inline void kp_stay_on_processor(unsigned index) {
#if defined(__linux__)
    unsigned long allowed[16] = {0}, chosen[16] = {0};
    const unsigned bits = 8 * sizeof allowed[0];
    if (syscall(SYS_sched_getaffinity, 0, sizeof allowed, allowed) <= 0) { return; }
    unsigned count = 0;
    for (unsigned i = 0; i < 16 * bits; i++) { count += (allowed[i / bits] >> (i % bits)) & 1; }
    if (count == 0) { return; }
    index %= count;
    for (unsigned i = 0; i < 16 * bits; i++) {
        if (((allowed[i / bits] >> (i % bits)) & 1) && index-- == 0) {
            chosen[i / bits] = 1ul << (i % bits);
            break;
        }
    }
    syscall(SYS_sched_setaffinity, 0, sizeof chosen, chosen);
#else
    (void)index;
#endif
}

// MARK: Descriptors

/// The error of the last system call. (A macro in C, and so not to be seen from Swift.)
static inline int kp_errno(void) { return errno; }

// Variadic in C, and so not to be called from Swift.

/// A new descriptor, closed on exec, of the same open file; or -1.
static inline int kp_duplicate(int descriptor) { return fcntl(descriptor, F_DUPFD_CLOEXEC, 0); }

/// The flags of the open file, which all its descriptors share, in all processes; or -1.
static inline int kp_file_flags(int descriptor) { return fcntl(descriptor, F_GETFL); }

/// Makes a descriptor one that is closed on exec and does not block.
static inline void kp_close_on_exec_and_never_block(int descriptor) {
    fcntl(descriptor, F_SETFD, FD_CLOEXEC);
    fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK);
#if defined(F_SETNOSIGPIPE)
    // Not run yet. Whoever writes to a pipe that nobody can read is told by the result, and not by a signal.
    fcntl(descriptor, F_SETNOSIGPIPE, 1);
#endif
}

/// Opens a file for reading, closed on exec; or -1.
static inline int kp_open_for_reading(const char *_Nonnull path) { return open(path, O_RDONLY | O_CLOEXEC); }

#if defined(__linux__)
// In one C library these are cases of an enumeration, in another macros: Swift sees them as different things.
static const uint32_t kp_epoll_input = EPOLLIN;
static const uint32_t kp_epoll_output = EPOLLOUT;
static const uint32_t kp_epoll_edges = EPOLLET;

/// Reads without sleeping, whether the open file is non-blocking or not.
static inline ssize_t kp_read_now(int descriptor, void *_Nonnull bytes, size_t count) {
    struct iovec vector = {bytes, count};
    // The offset -1, in its two halves: a file without a position. The flag is RWF_NOWAIT.
    ssize_t length = syscall(SYS_preadv2, descriptor, &vector, 1, -1l, -1l, 0x8);
    if (length >= 0 || (errno != EOPNOTSUPP && errno != ENOSYS)) { return length; }
    // Before Linux 5.8, and where the call is filtered: ask first. Another reader may be faster in between; then this one waits for the next event.
    struct pollfd request = {descriptor, POLLIN, 0};
    if (poll(&request, 1, 0) == 1) { return read(descriptor, bytes, count); }
    errno = EAGAIN;
    return -1;
}
#endif

// MARK: The last words

static inline void kp_write_error(const char *_Nonnull bytes, size_t count) {
    while (count > 0) {
        ssize_t written = write(STDERR_FILENO, bytes, count);
        if (written <= 0) {
            if (written < 0 && errno == EINTR) { continue; }
            return;
        }
        bytes += written;
        count -= (size_t)written;
    }
}

__attribute__((noreturn)) static inline void kp_abort(void) { abort(); }

#endif
