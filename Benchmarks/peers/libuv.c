// swift-irqfd: SPDX-License-Identifier: Apache-2.0
// libuv: a handle that wakes a loop.

#include "measure.h"

#include <stdio.h>
#include <stdlib.h>
#include <uv.h>

static uv_loop_t loop;
static uv_async_t handle;
static uv_thread_t thread;
static uv_sem_t answered;

static void demand(int result, const char *what) {
    if (result == 0) return;
    fprintf(stderr, "libuv: %s: %s\n", what, uv_strerror(result));
    exit(1);
}

static void answer(uv_async_t *sent) {
    (void)sent;
    uv_sem_post(&answered);
}

static void make_handle(void) {
    demand(uv_sem_init(&answered, 0), "uv_sem_init");
    demand(uv_loop_init(&loop), "uv_loop_init");
    demand(uv_async_init(&loop, &handle, answer), "uv_async_init");
}

/// Nobody runs the loop, so that what was sent stays pending.
static void make_pending_handle(void) {
    make_handle();
    demand(uv_async_send(&handle), "uv_async_send");
}

static void run_loop(void *unused) {
    (void)unused;
    uv_run(&loop, UV_RUN_DEFAULT);
}

static void start_loop(void) {
    make_handle();
    demand(uv_thread_create(&thread, run_loop, NULL), "uv_thread_create");
}

static void send_pending(uint64_t times) {
    for (uint64_t time = 0; time < times; time += 1) uv_async_send(&handle);
}

static void send_and_wait(uint64_t times) {
    for (uint64_t time = 0; time < times; time += 1) {
        uv_async_send(&handle);
        uv_sem_wait(&answered);
    }
}

// The loop's thread ends with the process: there is nothing to close.
static const struct row rows[] = {
    {"signal", make_pending_handle, send_pending, 1},
    {"enqueue-pending", make_pending_handle, send_pending, 1},
    {"flush-hot", start_loop, send_and_wait, 1},
};

int main(int argument_count, char *arguments[]) {
    return measure_rows(argument_count, arguments, "libuv", rows, sizeof rows / sizeof rows[0]);
}
