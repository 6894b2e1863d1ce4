// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#include "measure.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

/// A slice is about as long as this.
static const double slice_nanoseconds = 20e6;

/// `EX_USAGE` of <sysexits.h>.
enum { exit_usage = 64 };

static double nanoseconds_of(const struct row *row, uint64_t times) {
    struct timespec start, end;
    clock_gettime(CLOCK_MONOTONIC_RAW, &start);
    row->run(times);
    clock_gettime(CLOCK_MONOTONIC_RAW, &end);
    return (double)(end.tv_sec - start.tv_sec) * 1e9 + (double)(end.tv_nsec - start.tv_nsec);
}

/// One slice. That which finds out how often it has to be done for a slice warms it up, too.
static double measure(const struct row *row) {
    if (row->prepare != NULL) row->prepare();
    row->run(1);
    uint64_t times = 1;
    double taken = nanoseconds_of(row, times);
    // What was slow at first would make a slice too short: so until one has been long enough.
    while (taken < slice_nanoseconds / 2) {
        double growth = slice_nanoseconds / (taken + 1);
        times = (uint64_t)((double)times * (growth < 2 ? 2 : growth > 16 ? 16 : growth));
        taken = nanoseconds_of(row, times);
    }
    return taken / (double)times / (double)row->operations;
}

int measure_rows(int argument_count, char *const arguments[], const char *peer, const struct row *rows, unsigned row_count) {
    if (argument_count != 2) {
        fprintf(stderr, "usage: %s --list | ROW-NAME\n", arguments[0]);
        return exit_usage;
    }
    bool lists = strcmp(arguments[1], "--list") == 0;
    for (unsigned index = 0; index < row_count; index += 1) {
        if (lists) {
            printf("%s %s\n", rows[index].name, peer);
        } else if (strcmp(arguments[1], rows[index].name) == 0) {
            printf("%.4f\n", measure(&rows[index]));
            return 0;
        }
    }
    if (lists) return 0;
    fprintf(stderr, "%s has no row %s\n", peer, arguments[1]);
    return exit_usage;
}
