// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import EventFD
import GuestKit
import KVMIrqfd

/// The calls that wait, made by a task, for whose end the thread waits.
enum AsyncTwin {
    static func release(_ live: LiveSet) {
        let parcel = Parcel(live)
        wait { await release(parcel) }
        parcel.drop()
    }

    static func deassign(_ live: LiveSet, _ file: EventFDFile, gsi: GSI) -> Result<Bool, IrqfdError> {
        let parcels = (Parcel(live), Parcel(file))
        let result = wait { await deassign(parcels.0, parcels.1, gsi) }
        parcels.0.drop()
        parcels.1.drop()
        return result
    }

    /// What runs tasks opens a few descriptors for its timers, for good. When a timer has fired, they are there.
    static func warmUp() { wait { try? await Task.sleep(for: .milliseconds(5)) } }

    // In functions of their own: when they have returned, the task has no reference to the set or the file any more, but for the parcels.

    private static func release(_ parcel: Parcel<LiveSet>) async {
        // Nobody cancels these tasks.
        do throws(IrqfdError) { try await parcel.content?.set.release() } catch { fatalError("\(error)") }
    }

    private static func deassign(_ set: Parcel<LiveSet>, _ file: Parcel<EventFDFile>, _ gsi: GSI) async -> Result<Bool, IrqfdError> {
        guard let live = set.content, let file = file.content else { return .success(false) }
        do throws(IrqfdError) {
            return .success(try await live.set.deassign(file, gsi: gsi))
        } catch {
            return .failure(error)
        }
    }

    private static func wait<Outcome: Sendable>(_ body: @escaping @Sendable () async -> Outcome) -> Outcome {
        let desk = Monitor<Outcome?>(nil)
        Task {
            let outcome = await body()
            desk.update { $0 = outcome }
        }
        return desk.wait { $0 }
    }
}
