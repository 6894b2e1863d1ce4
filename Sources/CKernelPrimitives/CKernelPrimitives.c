// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#include "CKernelPrimitives.h"

// Initial-exec: a plain offset from the thread pointer, no call, also when the package ends up in a shared library.
_Thread_local struct kp_thread kp_thread_record __attribute__((tls_model("initial-exec")));
