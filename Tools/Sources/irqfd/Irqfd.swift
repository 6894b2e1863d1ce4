// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// The command `irqfd`.
@main
struct Irqfd: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "irqfd",
        abstract: "Shows swift-irqfd at work.",
        subcommands: [GuestCommand.self, TortureCommand.self, CompareCommand.self]
    )
}
