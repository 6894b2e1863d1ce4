// swift-irqfd: SPDX-License-Identifier: Apache-2.0

/// Whom we are compared with.
enum PeerName {
    static let eventfd = "eventfd(2)"
    static let kvm = "KVM"
    static let dispatch = "Dispatch"
    /// Not a library: what one would write oneself.
    static let otherThread = "ioctl on another thread"
    static let mutex = "pthread mutex"
    static let gvisor = "gVisor"
    static let eventListener = "event-listener"
    static let libuv = "libuv"
    static let glib = "GLib"
    static let liburcu = "liburcu"

    /// Those that are measured by programs of their own, where they are built.
    static let programs = [gvisor, eventListener, libuv, glib, liburcu]
}
