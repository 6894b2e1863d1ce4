// swift-irqfd: SPDX-License-Identifier: Apache-2.0
// liburcu: its work queue of one thread, by which its hash table grows.
//
// The library exports the functions and has no header for them; so they are declared here, with what their symbols take.

#include "measure.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

/// What the library asks of an item: a link, and the function that runs.
struct item {
    void *link;
    void (*function)(struct item *item);
};

/// Flags, the processor to stay on or -1, what the seven functions are given, and these: for a worker's beginning, end, waiting, ….
extern void *urcu_workqueue_create(unsigned long, int, void *, void *, void *, void *, void *, void *, void *, void *);
extern void urcu_workqueue_queue_work(void *queue, struct item *item, void (*function)(struct item *item));
extern void urcu_workqueue_flush_queued_work(void *queue);

enum { batch = 10000 };

static void *queue;
static struct item items[batch];
/// Only the queue's thread writes it, and a flush is in between when it is read.
static volatile uint64_t run_count;

static void run_item(struct item *item) {
    (void)item;
    run_count = run_count + 1;
}

static void make_queue(void) {
    queue = urcu_workqueue_create(0, -1, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
    urcu_workqueue_queue_work(queue, &items[0], run_item);
    urcu_workqueue_flush_queued_work(queue);
    // The declarations above are a guess about the library that is installed: one item must have run.
    if (run_count == 1) return;
    fprintf(stderr, "liburcu: its work queue is not the one that this program knows\n");
    exit(1);
}

static void enqueue_and_run(uint64_t times) {
    for (uint64_t time = 0; time < times; time += 1) {
        for (int index = 0; index < batch; index += 1) urcu_workqueue_queue_work(queue, &items[index], run_item);
        urcu_workqueue_flush_queued_work(queue);
    }
}

static void flush_hot(uint64_t times) {
    for (uint64_t time = 0; time < times; time += 1) {
        urcu_workqueue_queue_work(queue, &items[0], run_item);
        urcu_workqueue_flush_queued_work(queue);
    }
}

static void flush_idle(uint64_t times) {
    for (uint64_t time = 0; time < times; time += 1) urcu_workqueue_flush_queued_work(queue);
}

static const struct row rows[] = {
    {"enqueue-run", make_queue, enqueue_and_run, batch},
    {"flush-hot", make_queue, flush_hot, 1},
    {"flush-idle-queue", make_queue, flush_idle, 1},
};

int main(int argument_count, char *arguments[]) {
    return measure_rows(argument_count, arguments, "liburcu", rows, sizeof rows / sizeof rows[0]);
}
