// swift-irqfd: SPDX-License-Identifier: Apache-2.0

/// A block of memory, allocated on purpose.
final class Block {}
