// swift-irqfd: SPDX-License-Identifier: Apache-2.0
#pragma once

// What the machine can do: the least that each operation of the library has to do in any form, without anything else. In C, so that no
// runtime is part of it.

#include <stdint.h>

/// A lock taken and given back: a compare-and-swap and an exchange of one word.
void floors_lock_pairs(uint64_t times);

/// A lock pair around an indirect call.
void floors_lock_pairs_with_a_call(uint64_t times);

/// An atomic read-modify-write of one word that changes nothing: a compare-and-swap from 1 to 1.
void floors_read_modify_writes(uint64_t times);

/// A call, and in it an acquiring load through a pointer.
void floors_loads(uint64_t times);

/// Nodes in a list, each a block of its own, with a block that its function is given.
struct floors_list;

/// Makes a list of so many nodes, which lives as long as the process.
struct floors_list *_Nonnull floors_make_list(uint64_t count);

/// Walks the list under a lock pair, with an indirect call for each node.
void floors_walk_with_calls(struct floors_list *_Nonnull list, uint64_t times);

/// Walks the list, and touches a word of each node and one of its block.
void floors_walk(struct floors_list *_Nonnull list, uint64_t times);

/// Starts a thread that answers `floors_hand_over`. It lives as long as the process.
void floors_start_answering(void);

/// Hands a number over to the thread, and spins until it has handed it back. Both yield the processor after a thousand pauses.
void floors_hand_over(uint64_t times);

/// Calls the function on so many threads at once, and waits for them all.
void floors_on_threads(unsigned count, void (*_Nonnull function)(void *_Nullable context), void *_Nullable context);

/// An increment under a pthread mutex that all callers share.
void floors_increment_under_a_mutex(uint64_t times);
