// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if ScheduleExploration
    internal import EventFD
    internal import ScheduleExplorer

    /// The last reference to a file, which one thread of a scenario drops.
    final class FileHolder: @unchecked Sendable {
        // @unchecked: one thread of the scenario takes it.
        var file: EventFDFile?
        init(_ file: EventFDFile) { self.file = file }
    }

    /// A context reference that one thread of a scenario uses and gives up.
    final class ReferenceHolder: @unchecked Sendable {
        // @unchecked: one thread of the scenario uses it.
        private var reference: EventFDContextReference?
        init(_ reference: consuming EventFDContextReference) { self.reference = consume reference }

        func signal() -> UInt64 { reference!.signal() }
        func duplicate() -> ReferenceHolder { ReferenceHolder(reference!.duplicate()) }
        func put() { reference.take()?.put() }

        /// Signals through another reference, which it gives up again.
        func signalOnceMore(_ run: ScenarioRun) {
            let other = reference!.duplicate()
            run.expect(other.signal() == 1, "a signal was not added")
            other.put()
        }
    }
#endif
