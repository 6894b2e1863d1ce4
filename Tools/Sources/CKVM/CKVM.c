// swift-irqfd: SPDX-License-Identifier: Apache-2.0

// Everything is inline in CKVM.h; a C target needs one source file.
#include "CKVM.h"
