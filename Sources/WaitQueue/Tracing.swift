// swift-irqfd: SPDX-License-Identifier: Apache-2.0

// Tracing is declared once, for all four modules. Who imports only this one has its names, `Tracing` and those of the types beside it.
@_exported public import KernelPrimitives
