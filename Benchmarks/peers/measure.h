// swift-irqfd: SPDX-License-Identifier: Apache-2.0
#pragma once

// What the peer programs in C have in common: their command line, and the measuring of one slice.
//
//     PROGRAM --list      the rows that it has: ROW-NAME PEER-NAME, one a line
//     PROGRAM ROW-NAME    measures one slice, and prints nanoseconds per operation

#include <stdint.h>

/// One row of the benchmark.
struct row {
    /// The row's name in `irqfd bench`.
    const char *name;
    /// What has to be there before anything is measured, or NULL.
    void (*prepare)(void);
    /// Does it so many times.
    void (*run)(uint64_t times);
    /// How many operations `run` does each time.
    uint64_t operations;
};

/// A program's `main`: what it is to exit with.
int measure_rows(int argument_count, char *const arguments[], const char *peer, const struct row *rows, unsigned row_count);
