// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if os(Linux)
    import CKVM
    import CLinux
    import Foundation

    /// The machine on which a run was made, so that its figures can be read.
    struct MachineDescription: Sendable, Encodable, Equatable {
        var processor: String
        var cores: Int
        var system: String
        var kernel: String
        var swift: String
        /// "release", or "debug", whose figures say nothing.
        var build: String
        /// The hypervisor under which this machine runs; nil: it says of none.
        var hypervisor: String?
        /// Whether virtual machines can be made here.
        var kvm: Bool
        /// The day, in UTC.
        var date: String

        /// This machine, today.
        static var current: MachineDescription {
            let kvm = ckvm_open()
            if kvm >= 0 { _ = clinux_close(kvm) }
            let information = read("/proc/cpuinfo")
            return MachineDescription(
                processor: field("model name", of: information) ?? architecture,
                cores: ProcessInfo.processInfo.activeProcessorCount,
                system: system(read("/etc/os-release")),
                kernel: read("/proc/sys/kernel/osrelease").trimmingCharacters(in: .whitespacesAndNewlines),
                swift: compiler,
                build: build,
                hypervisor: hypervisor,
                kvm: kvm >= 0,
                date: String(Date.now.ISO8601Format().prefix(10))
            )
        }

        /// The machine in one line, for people.
        var line: String {
            let parts = [
                processor, "\(cores) \(cores == 1 ? "core" : "cores")", "\(system), kernel \(kernel)", "Swift \(swift), \(build) build",
                hypervisor.map { "in a virtual machine (\($0))" } ?? "no hypervisor known", kvm ? "with /dev/kvm" : "without /dev/kvm",
                date,
            ]
            return parts.joined(separator: "; ")
        }

        // MARK: Where it is read

        /// The value of the first line with that name.
        static func field(_ name: String, of text: String) -> String? {
            for line in text.split(separator: "\n") {
                let parts = line.split(separator: ":", maxSplits: 1)
                guard parts.count == 2, parts[0].trimmingCharacters(in: .whitespaces) == name else { continue }
                return parts[1].trimmingCharacters(in: .whitespaces)
            }
            return nil
        }

        /// The system's name, out of the file that has it.
        static func system(_ text: String) -> String {
            let prefix = "PRETTY_NAME="
            let line = text.split(separator: "\n").first { $0.hasPrefix(prefix) }
            return line.map { $0.dropFirst(prefix.count).trimmingCharacters(in: CharacterSet(charactersIn: "\"")) } ?? "Linux"
        }

        private static func read(_ path: String) -> String { (try? String(contentsOfFile: path, encoding: .utf8)) ?? "" }

        /// By the name with which it answers, where the processor has an instruction for that.
        private static var hypervisor: String? {
            var name = [CChar](repeating: 0, count: Int(clinux_hypervisor_size))
            if unsafe clinux_hypervisor(&name) {
                let bytes = name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
                let text = String(decoding: bytes, as: UTF8.self)
                return [
                    "KVMKVMKVM": "KVM", "Microsoft Hv": "Hyper-V", "VMwareVMware": "VMware", "XenVMMXenVMM": "Xen", "TCGTCGTCGTCG": "QEMU",
                ][text] ?? text
            }
            let file = read("/sys/hypervisor/type").trimmingCharacters(in: .whitespacesAndNewlines)
            return file.isEmpty ? nil : file
        }

        private static var architecture: String {
            #if arch(x86_64)
                "x86_64"
            #elseif arch(arm64)
                "arm64"
            #else
                "unknown processor"
            #endif
        }

        private static var compiler: String {
            #if compiler(>=6.4)
                "6.4 or later"
            #elseif compiler(>=6.3.2)
                "6.3.2 or later"
            #elseif compiler(>=6.3.1)
                "6.3.1"
            #elseif compiler(>=6.3)
                "6.3"
            #else
                "6.2"
            #endif
        }

        private static var build: String {
            #if DEBUG
                "debug"
            #else
                "release"
            #endif
        }
    }
#endif
