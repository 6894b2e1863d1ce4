// swift-irqfd: SPDX-License-Identifier: Apache-2.0

/// What a device signals with: the device says what, its hand does it. All but `kill` is called by the device's thread.
protocol Hand: AnyObject, Sendable {
    /// Takes up another outlet, and lets go of the one before; false: that failed, and was said.
    func take(_ outlet: Outlet) -> Bool

    /// Gets ready for a round of work.
    func prepare()

    /// Sends so many signals, and no others any more; when the last one of them began. Nil: there is nobody who could send them.
    func send(_ count: Int) -> ContinuousClock.Instant?

    /// Sends a gust of signals. True: it goes on by itself, with that pause between the gusts, until it is told something else.
    func storm(pause: Duration) -> Bool

    /// Lets go of the outlet.
    func letGo()

    /// There is nothing to signal any more.
    func quit()

    /// Kills whoever signals, in the middle of whatever it does; returns when it is gone.
    func kill()
}
