// swift-irqfd: SPDX-License-Identifier: Apache-2.0
// In C, for a name that valgrind can be told.

#include "CountedSection.h"

__attribute__((noinline)) void counted_section(void (*function)(void *context), void *context) {
    function(context);
    // Otherwise this function would jump into the other, and not be seen to return.
    __asm__ volatile("" ::: "memory");
}
