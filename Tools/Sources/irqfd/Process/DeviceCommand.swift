// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if os(Linux)
    import ArgumentParser
    import GuestKit

    /// `irqfd device`: the process of a device, which `irqfd guest --source descriptors` starts.
    ///
    /// It knows nothing of irqfds and guests. It gets descriptors of eventfds over a socket, writes to them when it is told to, and ends when
    /// the other end of the socket is gone: also in the middle of a storm.
    struct DeviceCommand: ParsableCommand {
        static let name = "device"
        static let configuration = CommandConfiguration(
            commandName: name,
            abstract: "Signals eventfds for `irqfd guest --source descriptors`, which starts it.",
            shouldDisplay: false
        )

        func run() throws {
            var work = DeviceWork(socket: DescriptorSocket(adopting: ChildProcess.socketNumber))
            do {
                try work.run()
            } catch {
                Console.say("irqfd device: \(error)", onStandardError: true)
                throw ExitCode.failure
            }
        }
    }
#endif
