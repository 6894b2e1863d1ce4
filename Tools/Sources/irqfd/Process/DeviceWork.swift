// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if os(Linux)
    import Foundation
    import GuestKit

    /// What the process of a device does.
    struct DeviceWork {
        let socket: DescriptorSocket
        private var outlet: OpenDescriptor?
        private var sum: UInt64 = 0
        /// The pause between gusts while it storms.
        private var pause: UInt64?

        init(socket: DescriptorSocket) {
            self.socket = socket
        }

        mutating func run() throws(SystemCallError) {
            while true {
                switch try socket.receive(atMost: pause == nil ? nil : .zero) {
                case .end: return
                case .nothing: try storm()
                case .message(let bytes, let descriptors): try follow(DeviceMessage(bytes: bytes), descriptors)
                }
            }
        }

        private mutating func follow(_ message: DeviceMessage?, _ descriptors: [OpenDescriptor]) throws(SystemCallError) {
            switch message {
            case .exchange:
                outlet = descriptors.first
            case .storm(let pause):
                self.pause = pause
            case .signal(let count):
                pause = nil
                if count > 1 { try signal(count - 1) }
                let began = MachineClock.now()
                try signal(1)
                try answer(.signalled(began: began, sum: sum))
            case .signalled, nil:
                throw SystemCallError("an order that no device knows", EPROTO)
            }
        }

        private mutating func storm() throws(SystemCallError) {
            try signal(UInt64(Device.gust))
            guard let pause, pause > 0 else { return _ = sched_yield() }
            var time = timespec(tv_sec: Int(pause / 1_000_000_000), tv_nsec: Int(pause % 1_000_000_000))
            unsafe nanosleep(&time, nil)
        }

        /// The only thing that a device does to an irqfd: write(2).
        private mutating func signal(_ count: UInt64) throws(SystemCallError) {
            guard let outlet else { throw SystemCallError("signalling without an eventfd", EBADF) }
            var one: UInt64 = 1
            for _ in 0..<count {
                guard unsafe write(outlet.number, &one, 8) == 8 else { throw SystemCallError("write", errno) }
                sum += 1
            }
        }

        /// When nobody is there to hear it, the end is received next.
        private func answer(_ message: DeviceMessage) throws(SystemCallError) {
            do throws(SystemCallError) {
                try socket.send(message.bytes)
            } catch  where error.code == EPIPE {}
        }
    }
#endif
