// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import EventFD
import WaitQueue

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    #error("swift-irqfd knows three C libraries: Glibc, Musl and that of macOS")
#endif

func run() throws(EventFDError) -> Bool {
    let file = EventFDFile(initialValue: 1, flags: [.semaphore, .nonBlocking])
    let entry = WaitQueueEntry(mask: [.input, .hangup]) { entry, events, locked in
        if events.contains(.hangup) { locked.remove(entry) }
        return .woken
    }
    let ready = file.poll(PollTable { head in head.add(entry) })
    let reference = try file.makeContextReference()
    Task.detached { try await file.write(2) }
    while file.count != 3 { sched_yield() }
    let taken = try file.read()
    let added = reference.signal()
    try file.close()
    let afterClose = reference.signal()
    reference.put()
    do throws(EventFDError) {
        try file.write(1)
    } catch .badFileDescriptor {
        let areRight = try areDescriptorsRight()
        return ready == [.input, .output] && taken == 1 && added == 1 && afterClose == 1 && areRight
    }
    return false
}

/// A file's descriptor is polled with the C library's own structure.
func areDescriptorsRight() throws(EventFDError) -> Bool {
    let file = EventFDFile()
    let isReadable = { (number: Int32) -> Bool in
        var request = pollfd(fd: number, events: Int16(POLLIN), revents: 0)
        return unsafe poll(&request, 1, 0) == 1
    }
    let before = try file.withPollableDescriptor(isReadable)
    try file.tryWrite(1)
    let after = try file.withPollableDescriptor(isReadable)
    #if os(Linux)
        let descriptor = try EventFDDescriptor(initialValue: 7)
        let remote = try EventFDFile(descriptor: descriptor.duplicate())
        let value = try remote.tryRead()
        try remote.close()
        return !before && after && value == 7
    #else
        return !before && after
    #endif
}

if (try? run()) == true { print("ok") } else { exit(1) }
