// swift-irqfd: SPDX-License-Identifier: Apache-2.0
#pragma once

/// Calls the function. What it does, on this thread only, is what valgrind counts: see .ci/instructions.
void counted_section(void (*function)(void *context), void *context);
