// swift-irqfd: SPDX-License-Identifier: Apache-2.0
// GLib: a pool of one thread of its own.

#include "measure.h"

#include <glib.h>

enum { batch = 10000 };

static GThreadPool *pool;
static GMutex mutex;
static GCond ran;
static gboolean last_has_run;
/// Only the pool's thread touches it.
static volatile uint64_t run_count;

/// An item is a number, which may not be zero. After this one somebody waits.
static gpointer const last_item = GUINT_TO_POINTER(2);
static gpointer const other_item = GUINT_TO_POINTER(1);

static void run_item(gpointer item, gpointer unused) {
    (void)unused;
    run_count = run_count + 1;
    if (item != last_item) return;
    g_mutex_lock(&mutex);
    last_has_run = TRUE;
    g_cond_signal(&ran);
    g_mutex_unlock(&mutex);
}

static void make_pool(void) {
    pool = g_thread_pool_new(run_item, NULL, 1, TRUE, NULL);
    g_assert(pool != NULL);
}

static void push_last_and_wait(void) {
    g_thread_pool_push(pool, last_item, NULL);
    g_mutex_lock(&mutex);
    while (!last_has_run) g_cond_wait(&ran, &mutex);
    last_has_run = FALSE;
    g_mutex_unlock(&mutex);
}

static void enqueue_and_run(uint64_t times) {
    for (uint64_t time = 0; time < times; time += 1) {
        for (int item = 1; item < batch; item += 1) g_thread_pool_push(pool, other_item, NULL);
        push_last_and_wait();
    }
}

static void flush_hot(uint64_t times) {
    for (uint64_t time = 0; time < times; time += 1) push_last_and_wait();
}

static const struct row rows[] = {
    {"enqueue-run", make_pool, enqueue_and_run, batch},
    {"flush-hot", make_pool, flush_hot, 1},
};

int main(int argument_count, char *arguments[]) {
    return measure_rows(argument_count, arguments, "GLib", rows, G_N_ELEMENTS(rows));
}
