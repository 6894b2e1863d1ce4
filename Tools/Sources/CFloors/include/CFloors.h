// swift-irqfd: SPDX-License-Identifier: Apache-2.0

// The floors of `irqfd bench`: what this machine can do at best, in plain C11 atomics and raw futexes.
//
// Every loop is a function of its own that is told how often, so that the time of one call divided by that number is the time of one
// operation. Nothing of it can be optimised away: memory is clobbered in every iteration.

#ifndef CFLOORS_H
#define CFLOORS_H

#include <stdint.h>

/// One compare-and-swap and one exchange on one word each time: a lock and an unlock, with nobody else about.
void floors_lock_pair(uint64_t count);

/// Two of these each time.
void floors_two_lock_pairs(uint64_t count);

/// A compare-and-swap, a call through a pointer, and an exchange each time.
void floors_lock_pair_and_call(uint64_t count);

/// One read-modify-write each time: a compare-and-swap that finds what it expects, and leaves it.
void floors_read_modify_write(uint64_t count);

/// One call each time, in which one word is loaded through a pointer, with acquire ordering.
void floors_load(uint64_t count);

/// So many atomic additions to a word.
void floors_add(uint64_t *_Nonnull word, uint64_t count);

// A linked list: every node lies in memory of its own, and has a context that does, too.
struct floors_list;

/// Makes a list, each context before its node, each node before the last one; null: there is no memory. The sizes are in bytes; what is too
/// small is made larger.
struct floors_list *_Nullable floors_list_open(uint64_t nodes, uint64_t node_size, uint64_t context_size);
void floors_list_close(struct floors_list *_Nonnull list);

/// Walks the whole list so often: one lock pair a walk, and one call through a pointer a node, which looks at one word of the context.
void floors_list_call(struct floors_list *_Nonnull list, uint64_t walks);

/// Walks the whole list so often, and looks at one word of each node and one of each context.
void floors_list_look(struct floors_list *_Nonnull list, uint64_t walks);

// Two threads, of which one calls and the other answers.
struct floors_pair;

/// As `pauses`: spins until the answer is there, and never sleeps.
enum { floors_without_sleep = 0x7fffffff };

/// Starts the thread that answers. Either side looks so many times, with a pause between, before it sleeps on a futex. Null: that cannot be
/// had, or not on this system.
struct floors_pair *_Nullable floors_pair_open(uint32_t own_pauses, uint32_t their_pauses);
void floors_pair_close(struct floors_pair *_Nonnull pair);

/// Calls so often, and waits for the answer each time.
void floors_pair_round_trips(struct floors_pair *_Nonnull pair, uint64_t count);

/// A pause of a thread that spins.
void floors_pause(void);

// A number that a pthread mutex guards.
struct floors_mutex;

/// Null: there is no memory.
struct floors_mutex *_Nullable floors_mutex_open(void);
void floors_mutex_close(struct floors_mutex *_Nonnull mutex);

/// Adds one to the number so often, each time with the mutex.
void floors_mutex_add(struct floors_mutex *_Nonnull mutex, uint64_t count);

/// How many bytes are allocated in this process, with what the allocator needs for them; 0: this C library does not tell.
uint64_t floors_allocated_bytes(void);

/// Gives free memory back to the system, where the C library can, so that who allocates next does not find it warm.
void floors_give_back_memory(void);

#endif
