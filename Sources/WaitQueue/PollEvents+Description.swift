// swift-irqfd: SPDX-License-Identifier: Apache-2.0

internal import KernelPrimitives

extension PollEvents: CustomStringConvertible {
    /// The names of the events, as `[input, hangup]`; `all`; bits without a name in hexadecimal.
    public var description: String {
        if self == .all { return "all" }
        let names: [(PollEvents, String)] = [
            (.input, "input"), (.priority, "priority"), (.output, "output"), (.error, "error"), (.hangup, "hangup"),
            (.invalid, "invalid"), (.free, "free"),
        ]
        var parts: [String] = []
        var rest = self
        for (event, name) in names where contains(event) {
            parts.append(name)
            rest.remove(event)
        }
        if !rest.isEmpty { parts.append("0x" + String(rest.rawValue, radix: 16)) }
        return "[" + listed(parts) + "]"
    }
}
