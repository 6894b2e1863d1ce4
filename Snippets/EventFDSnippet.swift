// Signal an eventfd from a device that outlives nobody's file, and poll and read it on the other side.

import EventFD
import WaitQueue

final class Device {
    // A context reference cannot be copied, and `put` consumes it: in a class, keep it in an optional and `take()` it.
    private var doorbell: EventFDContextReference?
    private let requests = WaitQueueHead()
    private var waiting = ["first"]

    init(signalling file: EventFDFile) throws(EventFDError) { doorbell = try file.makeContextReference() }

    func ring() { doorbell?.signal() }
    func unplug() { doorbell.take()?.put() }

    // The error's type is written out: otherwise the closure's is inferred as `any Error`.
    func nextRequest() throws(EventFDError) -> String {
        try requests.withLock { (locked) throws(EventFDError) -> String in
            if waiting.isEmpty { throw .wouldBlock }
            return waiting.removeFirst()
        }
    }
}

let file = EventFDFile(flags: .nonBlocking)
do throws(EventFDError) {
    let device = try Device(signalling: file)
    device.ring()
    device.ring()
    precondition(file.poll() == [.input, .output])
    let (request, rings) = (try device.nextRequest(), try file.read())
    precondition(request == "first" && rings == 2)
    device.unplug()
    _ = try file.read()
} catch .wouldBlock {
    print("EventFD: read everything")
} catch {
    preconditionFailure("\(error)")
}
try file.close()
precondition(file.poll() == .invalid)
