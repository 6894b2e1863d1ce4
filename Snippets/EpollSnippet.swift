// Wait for an EventFDFile in an epoll loop, beside whatever else the loop waits for. (Linux: elsewhere it is kqueue, and the same
// calls. With Musl in place of Glibc, EPOLLIN is a number by itself.)

#if canImport(Glibc)
    // For <sys/epoll.h>, which the Glibc module lacks: in your package, a C target with a header that includes it.
    import CKernelPrimitives
    import EventFD
    import Glibc

    /// What the loop knows its sources by. Not by their numbers: those are used again as soon as they are free.
    enum Source: UInt64 {
        case doorbell, pipe
    }

    let doorbell = EventFDFile(flags: .nonBlocking)
    var pipeEnds: [Int32] = [-1, -1]
    precondition(pipe(&pipeEnds) == 0)

    let loop = epoll_create1(Int32(EPOLL_CLOEXEC))
    func add(_ number: Int32, as source: Source) -> Bool {
        var interest = epoll_event(events: EPOLLIN.rawValue, data: epoll_data(u64: source.rawValue))
        return epoll_ctl(loop, EPOLL_CTL_ADD, number, &interest) == 0
    }
    precondition(add(pipeEnds[0], as: .pipe))
    // Only inside the closure is the number certain to be the file's: so it is added there, and forgotten.
    let isAdded = try doorbell.withPollableDescriptor { number in add(number, as: .doorbell) }
    precondition(isAdded)

    do {
        let device = try doorbell.makeContextReference()
        device.signal(2)
        device.put()
    }
    var byte: UInt8 = 1
    precondition(write(pipeEnds[1], &byte, 1) == 1)

    var seen: Set<Source> = []
    while seen.count < 2 {
        var events = [epoll_event](repeating: epoll_event(), count: 8)
        let count = epoll_wait(loop, &events, Int32(events.count), -1)
        for event in events.prefix(Int(max(count, 0))) {
            switch Source(rawValue: event.data.u64)! {
            case .doorbell:
                // The file is read, and not the descriptor, which is not readable any more after this.
                let rings = try doorbell.read()
                precondition(rings == 2)
                seen.insert(.doorbell)
            case .pipe:
                precondition(read(pipeEnds[0], &byte, 1) == 1)
                seen.insert(.pipe)
            }
        }
    }

    // The descriptor is closed with the file, and the kernel takes it out of the loop.
    try doorbell.close()
    var events = [epoll_event](repeating: epoll_event(), count: 8)
    precondition(epoll_wait(loop, &events, 8, 0) == 0)
    for number in pipeEnds + [loop] { close(number) }
    print("Epoll: the doorbell rang twice")
#endif
