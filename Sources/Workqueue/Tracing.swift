// swift-irqfd: SPDX-License-Identifier: Apache-2.0

@_exported public import KernelPrimitives

// Declared once, for all four modules; here they have a name for who imports only this one.

/// Tells a sink what happens in this package, in the whole process.
public typealias Tracing = KernelPrimitives.Tracing
/// Who is told.
public typealias TraceSink = KernelPrimitives.TraceSink
/// What a sink is told.
public typealias TraceEvent = KernelPrimitives.TraceEvent
/// The places of which it is told.
public typealias TracePoint = KernelPrimitives.TracePoint
/// A sink that keeps the newest events and writes them as Trace Event JSON.
public typealias TraceRecorder = KernelPrimitives.TraceRecorder
