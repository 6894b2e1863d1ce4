// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#include "CKernelPrimitives.h"

_Thread_local struct kp_thread kp_thread_record KP_THREAD_LOCAL;

uint32_t kp_tracing;
