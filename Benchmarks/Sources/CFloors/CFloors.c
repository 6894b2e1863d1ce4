// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#include "CFloors.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>

/// The compiler does not know what is in memory after it.
#define FORGET() __asm__ volatile("" ::: "memory")

/// A word in a cache line of its own.
struct word {
    _Alignas(128) _Atomic uint64_t value;
};

static struct word lock, pending = {1}, loaded, request, answer;

static inline void take(struct word *word) {
    uint64_t expected = 0;
    while (!atomic_compare_exchange_weak_explicit(&word->value, &expected, 1, memory_order_acquire, memory_order_relaxed)) expected = 0;
}

static inline void give_back(struct word *word) { atomic_exchange_explicit(&word->value, 0, memory_order_release); }

static inline void pause_briefly(void) {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

void floors_lock_pairs(uint64_t times) {
    for (; times > 0; times -= 1) {
        take(&lock);
        FORGET();
        give_back(&lock);
    }
}

static uint64_t calls;

static void count_call(uint64_t *word) { *word += 1; }

/// Volatile, so that the compiler does not know which function it is.
static void (*volatile called)(uint64_t *) = count_call;

void floors_lock_pairs_with_a_call(uint64_t times) {
    for (; times > 0; times -= 1) {
        take(&lock);
        called(&calls);
        give_back(&lock);
    }
}

void floors_read_modify_writes(uint64_t times) {
    for (; times > 0; times -= 1) {
        uint64_t expected = 1;
        atomic_compare_exchange_strong(&pending.value, &expected, 1);
    }
}

__attribute__((noinline)) static uint64_t load(struct word *word) {
    FORGET();
    return atomic_load_explicit(&word->value, memory_order_acquire);
}

void floors_loads(uint64_t times) {
    for (; times > 0; times -= 1) load(&loaded);
}

struct node {
    struct node *next;
    void (*function)(uint64_t *context);
    uint64_t *context;
    uint64_t touched;
};

struct floors_list {
    struct node *first;
};

struct floors_list *floors_make_list(uint64_t count) {
    struct floors_list *list = malloc(sizeof *list);
    struct node **end = &list->first;
    for (; count > 0; count -= 1) {
        struct node *node = malloc(sizeof *node);
        node->function = called;
        node->context = calloc(1, 48);
        node->touched = 0;
        *end = node;
        end = &node->next;
    }
    *end = NULL;
    return list;
}

void floors_walk_with_calls(struct floors_list *list, uint64_t times) {
    for (; times > 0; times -= 1) {
        take(&lock);
        for (struct node *node = list->first; node != NULL; node = node->next) node->function(node->context);
        give_back(&lock);
    }
}

void floors_walk(struct floors_list *list, uint64_t times) {
    for (; times > 0; times -= 1) {
        for (struct node *node = list->first; node != NULL; node = node->next) {
            node->touched += 1;
            *node->context += 1;
        }
        FORGET();
    }
}

/// Spins until the word is the number.
static void await(struct word *word, uint64_t number) {
    for (unsigned pauses = 0; atomic_load_explicit(&word->value, memory_order_acquire) != number; pauses += 1) {
        if (pauses < 1000) {
            pause_briefly();
        } else {
            sched_yield();
        }
    }
}

/// How many times something has been handed over: the number that both sides know next.
static uint64_t handed_over;

static atomic_bool idle = true;

static void *answer_all(void *unused) {
    (void)unused;
    for (uint64_t number = 1;; number += 1) {
        await(&request, number);
        atomic_store_explicit(&answer.value, number, memory_order_release);
    }
}

void floors_start_answering(void) {
    if (!atomic_exchange(&idle, false)) return;
    pthread_t thread;
    if (pthread_create(&thread, NULL, answer_all, NULL) != 0) abort();
    pthread_detach(thread);
}

void floors_hand_over(uint64_t times) {
    for (; times > 0; times -= 1) {
        handed_over += 1;
        atomic_store_explicit(&request.value, handed_over, memory_order_release);
        await(&answer, handed_over);
    }
}

/// What a thread of `floors_on_threads` does, and when.
struct task {
    void (*function)(void *context);
    void *context;
    pthread_barrier_t *gate;
};

static void *run_task(void *argument) {
    struct task *task = argument;
    pthread_barrier_wait(task->gate);
    task->function(task->context);
    return NULL;
}

void floors_on_threads(unsigned count, void (*function)(void *context), void *context) {
    pthread_barrier_t gate;
    pthread_barrier_init(&gate, NULL, count);
    struct task task = {function, context, &gate};
    pthread_t threads[count];
    for (unsigned index = 0; index < count; index += 1) {
        if (pthread_create(&threads[index], NULL, run_task, &task) != 0) abort();
    }
    for (unsigned index = 0; index < count; index += 1) pthread_join(threads[index], NULL);
    pthread_barrier_destroy(&gate);
}

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static uint64_t incremented;

void floors_increment_under_a_mutex(uint64_t times) {
    for (; times > 0; times -= 1) {
        pthread_mutex_lock(&mutex);
        incremented += 1;
        pthread_mutex_unlock(&mutex);
    }
}
