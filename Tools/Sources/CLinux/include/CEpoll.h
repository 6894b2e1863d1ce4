// swift-irqfd: SPDX-License-Identifier: Apache-2.0

// The three calls of epoll, which the C library's module for Swift lacks. Elsewhere than on Linux there is nothing in it.

#ifndef CEPOLL_H
#define CEPOLL_H

#if defined(__linux__)

#include <stdint.h>
#include <sys/epoll.h>

/// Makes a set, closed on exec; its descriptor, or -1.
static inline int cepoll_create(void) { return epoll_create1(EPOLL_CLOEXEC); }

/// Adds a descriptor, of which it is told under the key for as long as it is readable; 0, or -1.
static inline int cepoll_add(int set, int number, uint64_t key) {
    struct epoll_event event = {.events = EPOLLIN, .data = {.u64 = key}};
    return epoll_ctl(set, EPOLL_CTL_ADD, number, &event);
}

/// Waits for one event, no longer than so many milliseconds. 1 and the key, 0: there was none, or -1.
static inline int cepoll_wait(int set, int milliseconds, uint64_t *key) {
    struct epoll_event event;
    int count = epoll_wait(set, &event, 1, milliseconds);
    if (count == 1) *key = event.data.u64;
    return count;
}

#endif

#endif
