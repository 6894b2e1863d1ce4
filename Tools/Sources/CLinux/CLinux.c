// swift-irqfd: SPDX-License-Identifier: Apache-2.0

// Everything is inline in CLinux.h; a C target needs one source file.
#include "CLinux.h"
