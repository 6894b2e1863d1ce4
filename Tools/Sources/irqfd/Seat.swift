// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import EventFD
import GuestKit

/// A device and the file that it has signalled, which the side that ends things holds.
final class Seat: Sendable {
    let device: Device
    private let held = Monitor<EventFDFile?>(nil)

    private let source: Source

    init(device: Device, source: Source) {
        self.device = device
        self.source = source
    }

    /// Whether it is a process that signals, which can be killed.
    var isProcess: Bool { source == .descriptors }

    var line: Line { device.line }

    /// The file, as long as it is neither closed nor dropped.
    var file: EventFDFile? { held.read { $0 } }

    /// The file, a new one if need be; the device, which is parked in that case, is told.
    func openFile() throws(EventFDError) -> EventFDFile {
        if let file { return file }
        let (file, outlet) = try makeFile()
        held.update { $0 = file }
        device.exchange(outlet)
        return file
    }

    private func makeFile() throws(EventFDError) -> (EventFDFile, Outlet) {
        #if os(Linux)
            if source == .descriptors {
                let wire = try Wire()
                line.follow(wire.counter)
                return (try wire.makeFile(), .wire(wire))
            }
        #endif
        let file = EventFDFile()
        return (file, .context(of: file))
    }

    /// Lets go of the file; when nobody else holds it, that closes it.
    func dropFile() {
        _ = held.update { $0.take() }
    }
}
