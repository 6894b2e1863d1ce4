// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// The command `irqfd`.
@main
struct Irqfd: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "irqfd",
        abstract: "Shows swift-irqfd at work.",
        subcommands: subcommands
    )

    private static var subcommands: [any ParsableCommand.Type] {
        #if os(Linux)
            [GuestCommand.self, TortureCommand.self, CompareCommand.self, BenchCommand.self, DeviceCommand.self]
        #else
            [GuestCommand.self, TortureCommand.self, CompareCommand.self, BenchCommand.self]
        #endif
    }
}
