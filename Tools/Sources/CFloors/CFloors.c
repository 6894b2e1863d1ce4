// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#include "CFloors.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>

#if defined(__linux__)
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif
#if defined(__GLIBC__)
#include <malloc.h>
#endif

#define APART __attribute__((noinline))
/// What happens in one iteration has happened before the next one begins, as far as the compiler knows.
#define KEEP(value) __asm__ volatile("" : : "r"(value) : "memory")

// MARK: Words

/// A cache line of its own: what lies beside it must not disturb.
static _Alignas(128) _Atomic uint32_t word;

static inline void lock_pair(_Atomic uint32_t *lock) {
    uint32_t expected = 0;
    KEEP(atomic_compare_exchange_strong_explicit(lock, &expected, 1, memory_order_acquire, memory_order_relaxed));
    KEEP(atomic_exchange_explicit(lock, 0, memory_order_release));
}

APART void floors_lock_pair(uint64_t count) {
    for (uint64_t index = 0; index < count; index += 1) lock_pair(&word);
}

APART void floors_two_lock_pairs(uint64_t count) {
    for (uint64_t index = 0; index < count; index += 1) {
        lock_pair(&word);
        lock_pair(&word);
    }
}

static APART void do_nothing(void *context) { KEEP(context); }

/// Volatile: so the call is one through a pointer, whatever the compiler knows.
static void (*volatile function)(void *context) = do_nothing;

APART void floors_lock_pair_and_call(uint64_t count) {
    for (uint64_t index = 0; index < count; index += 1) {
        uint32_t expected = 0;
        KEEP(atomic_compare_exchange_strong_explicit(&word, &expected, 1, memory_order_acquire, memory_order_relaxed));
        function(&word);
        KEEP(atomic_exchange_explicit(&word, 0, memory_order_release));
    }
}

APART void floors_read_modify_write(uint64_t count) {
    static _Alignas(128) _Atomic uint32_t set = 1;
    for (uint64_t index = 0; index < count; index += 1) {
        uint32_t expected = 1;
        KEEP(atomic_compare_exchange_strong_explicit(&set, &expected, 1, memory_order_acq_rel, memory_order_relaxed));
    }
}

static APART uint32_t load(_Atomic uint32_t *place) {
    uint32_t value = atomic_load_explicit(place, memory_order_acquire);
    KEEP(value);
    return value;
}

APART void floors_load(uint64_t count) {
    _Atomic uint32_t *volatile place = &word;
    for (uint64_t index = 0; index < count; index += 1) KEEP(load(place));
}

APART void floors_add(uint64_t *number, uint64_t count) {
    for (uint64_t index = 0; index < count; index += 1) KEEP(__atomic_fetch_add(number, 1, __ATOMIC_ACQ_REL));
}

// MARK: Lists

struct context {
    uint64_t word;
};

struct node {
    struct node *next;
    void (*function)(struct context *context);
    struct context *context;
    uint64_t word;
};

struct floors_list {
    struct node *first;
    _Alignas(128) _Atomic uint32_t lock;
};

static APART void look(struct context *context) { KEEP(context->word); }

struct floors_list *floors_list_open(uint64_t nodes, uint64_t node_size, uint64_t context_size) {
    struct floors_list *list = aligned_alloc(_Alignof(struct floors_list), sizeof *list);
    if (!list) return NULL;
    list->first = NULL;
    atomic_init(&list->lock, 0);
    for (uint64_t index = 0; index < nodes; index += 1) {
        struct context *context = calloc(1, context_size < sizeof *context ? sizeof *context : context_size);
        struct node *node = calloc(1, node_size < sizeof *node ? sizeof *node : node_size);
        if (!context || !node) {
            free(context);
            free(node);
            floors_list_close(list);
            return NULL;
        }
        node->function = look;
        node->context = context;
        node->next = list->first;
        list->first = node;
    }
    return list;
}

void floors_list_close(struct floors_list *list) {
    while (list->first) {
        struct node *node = list->first;
        list->first = node->next;
        free(node->context);
        free(node);
    }
    free(list);
}

APART void floors_list_call(struct floors_list *list, uint64_t walks) {
    for (uint64_t index = 0; index < walks; index += 1) {
        uint32_t expected = 0;
        KEEP(atomic_compare_exchange_strong_explicit(&list->lock, &expected, 1, memory_order_acquire, memory_order_relaxed));
        for (struct node *node = list->first; node; node = node->next) node->function(node->context);
        KEEP(atomic_exchange_explicit(&list->lock, 0, memory_order_release));
    }
}

APART void floors_list_look(struct floors_list *list, uint64_t walks) {
    for (uint64_t index = 0; index < walks; index += 1) {
        for (struct node *node = list->first; node; node = node->next) {
            KEEP(node->word);
            KEEP(node->context->word);
        }
    }
}

// MARK: Hand-offs

void floors_pause(void) {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield" ::: "memory");
#else
    __asm__ volatile("" ::: "memory");
#endif
}

#if defined(__linux__)

enum { nothing, called, sleeping };

struct floors_pair {
    _Alignas(128) _Atomic uint32_t there;
    _Alignas(128) _Atomic uint32_t back;
    _Alignas(128) _Atomic bool is_ending;
    uint32_t own_pauses;
    uint32_t their_pauses;
    pthread_t thread;
};

static void call(_Atomic uint32_t *place) {
    if (atomic_exchange_explicit(place, called, memory_order_acq_rel) == sleeping) {
        syscall(SYS_futex, place, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
    }
}

static void wait_for_call(_Atomic uint32_t *place, uint32_t pauses) {
    for (uint32_t index = 0; index < pauses || pauses == floors_without_sleep; index += 1) {
        if (atomic_load_explicit(place, memory_order_acquire) == called) {
            atomic_store_explicit(place, nothing, memory_order_relaxed);
            return;
        }
        floors_pause();
        // Who never sleeps must not keep the other side from its only processor for ever.
        if (index % 65536 == 65535) sched_yield();
    }
    uint32_t expected = nothing;
    if (atomic_compare_exchange_strong_explicit(place, &expected, sleeping, memory_order_acq_rel, memory_order_acquire)) {
        // Other reasons to wake up than a call there are: signals.
        while (atomic_load_explicit(place, memory_order_acquire) == sleeping) {
            syscall(SYS_futex, place, FUTEX_WAIT_PRIVATE, sleeping, NULL, NULL, 0);
        }
    }
    atomic_store_explicit(place, nothing, memory_order_relaxed);
}

static void *answer(void *argument) {
    struct floors_pair *pair = argument;
    while (true) {
        wait_for_call(&pair->there, pair->their_pauses);
        if (atomic_load_explicit(&pair->is_ending, memory_order_acquire)) return NULL;
        call(&pair->back);
    }
}

struct floors_pair *floors_pair_open(uint32_t own_pauses, uint32_t their_pauses) {
    struct floors_pair *pair = aligned_alloc(_Alignof(struct floors_pair), sizeof *pair);
    if (!pair) return NULL;
    atomic_init(&pair->there, nothing);
    atomic_init(&pair->back, nothing);
    atomic_init(&pair->is_ending, false);
    pair->own_pauses = own_pauses;
    pair->their_pauses = their_pauses;
    if (pthread_create(&pair->thread, NULL, answer, pair) != 0) {
        free(pair);
        return NULL;
    }
    return pair;
}

void floors_pair_close(struct floors_pair *pair) {
    atomic_store_explicit(&pair->is_ending, true, memory_order_release);
    call(&pair->there);
    pthread_join(pair->thread, NULL);
    free(pair);
}

APART void floors_pair_round_trips(struct floors_pair *pair, uint64_t count) {
    for (uint64_t index = 0; index < count; index += 1) {
        call(&pair->there);
        wait_for_call(&pair->back, pair->own_pauses);
    }
}

#else

struct floors_pair *floors_pair_open(uint32_t own_pauses, uint32_t their_pauses) { return NULL; }
void floors_pair_close(struct floors_pair *pair) {}
void floors_pair_round_trips(struct floors_pair *pair, uint64_t count) {}

#endif

// MARK: The mutex

struct floors_mutex {
    _Alignas(128) pthread_mutex_t mutex;
    uint64_t number;
};

struct floors_mutex *floors_mutex_open(void) {
    struct floors_mutex *mutex = aligned_alloc(_Alignof(struct floors_mutex), sizeof *mutex);
    if (!mutex) return NULL;
    pthread_mutex_init(&mutex->mutex, NULL);
    mutex->number = 0;
    return mutex;
}

void floors_mutex_close(struct floors_mutex *mutex) {
    pthread_mutex_destroy(&mutex->mutex);
    free(mutex);
}

APART void floors_mutex_add(struct floors_mutex *mutex, uint64_t count) {
    for (uint64_t index = 0; index < count; index += 1) {
        pthread_mutex_lock(&mutex->mutex);
        mutex->number += 1;
        KEEP(mutex->number);
        pthread_mutex_unlock(&mutex->mutex);
    }
}

// MARK: Memory

uint64_t floors_allocated_bytes(void) {
#if defined(__GLIBC__) && (__GLIBC__ > 2 || __GLIBC_MINOR__ >= 33)
    struct mallinfo2 information = mallinfo2();
    return information.uordblks + information.hblkhd;
#else
    return 0;
#endif
}

void floors_give_back_memory(void) {
#if defined(__GLIBC__)
    malloc_trim(0);
#endif
}
