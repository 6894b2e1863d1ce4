// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import EventFD
import GuestKit

/// A device and the file it signals, which the side that ends things holds.
final class Seat: Sendable {
    let device: Device
    private let held = Monitor<EventFDFile?>(nil)

    init(device: Device) {
        self.device = device
    }

    var line: Line { device.line }

    /// The file, as long as it is neither closed nor dropped.
    var file: EventFDFile? { held.read { $0 } }

    /// The file, a new one if need be; the device, which is parked in that case, is told.
    func openFile() -> EventFDFile {
        if let file { return file }
        let file = EventFDFile()
        held.update { $0 = file }
        device.exchange(file)
        return file
    }

    /// Lets go of the file; when nobody else holds it, that closes it.
    func dropFile() {
        _ = held.update { $0.take() }
    }
}
