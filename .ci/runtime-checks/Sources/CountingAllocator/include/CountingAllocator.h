// swift-irqfd: SPDX-License-Identifier: Apache-2.0
#pragma once

/// How many blocks the whole process has allocated so far.
unsigned long allocations_so_far(void);
