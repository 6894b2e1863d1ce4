// swift-irqfd: SPDX-License-Identifier: Apache-2.0

// Everything is inline in CEpoll.h; a C target needs one source file.
#include "CEpoll.h"
