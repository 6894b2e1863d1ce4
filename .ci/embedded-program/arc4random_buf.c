// swift-irqfd: SPDX-License-Identifier: Apache-2.0

// Embedded Swift asks the C library for the seed of its hashes, and musl has no such function.

#include <stdlib.h>
#include <sys/random.h>

void arc4random_buf(void *bytes, size_t count) {
    char *next = bytes;
    while (count > 0) {
        ssize_t length = getrandom(next, count, 0);
        if (length > 0) {
            next += length;
            count -= (size_t)length;
        }
    }
}
