// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if !hasFeature(Embedded)
    /// Sleeping until a moment, in a task that does nothing else. Returns early when that is cancelled.
    package enum TaskTimer {
        // In pieces: the library's clocks trap on times that are farther away than they can count.
        private static var longest: Duration { .seconds(1 << 20) }

        package static func sleep(until deadline: Deadline) async {
            while !Task.isCancelled {
                let now = Deadline.now
                if now >= deadline { return }
                let nanoseconds = min(deadline.nanoseconds - now.nanoseconds, 1 << 50)
                try? await Task.sleep(for: .nanoseconds(Int64(nanoseconds)))
            }
        }

        package static func sleep<C: Clock>(until deadline: C.Instant, on clock: C) async {
            while !Task.isCancelled {
                let now = clock.now
                if now >= deadline { return }
                var next = deadline
                if let longest = longest as? C.Duration, now.duration(to: deadline) > longest { next = now.advanced(by: longest) }
                // A clock that cannot sleep cannot tell when the time has come.
                do { try await clock.sleep(until: next, tolerance: nil) } catch { return }
            }
        }
    }
#endif
