// swift-irqfd: SPDX-License-Identifier: Apache-2.0

internal import KernelPrimitives

/// What an item is called in reports: one small number, which is copied where a name would have to be retained.
///
/// The numbers of names are kept for ever; there are as many of them as there are names in the program's text.
package struct WorkLabel: Sendable, Hashable {
    /// 0: nothing is known; below the highest bit: the number of an item without a name; with it: the index of a name.
    private let code: UInt32

    private static var nameBit: UInt32 { 1 << 31 }

    private init(code: UInt32) { self.code = code }

    package static var anonymous: WorkLabel { WorkLabel(code: 0) }

    /// The next number.
    package static func numbered() -> WorkLabel { WorkLabel(code: UInt32(truncatingIfNeeded: SerialNumber.next()) & ~nameBit) }

    /// - Complexity: O(*n*) in the number of names there are.
    package init(_ name: StaticString) { code = WorkNames.shared.index(of: name) | WorkLabel.nameBit }

    var name: String? { code & WorkLabel.nameBit == 0 ? nil : WorkNames.shared.name(at: code & ~WorkLabel.nameBit) }

    var number: UInt32? { code == 0 || code & WorkLabel.nameBit != 0 ? nil : code }
}

/// The names that items were given.
private final class WorkNames: @unchecked Sendable {
    // @unchecked: `names` is guarded by `lock`.

    static let shared = WorkNames()

    private let lock = AdaptiveMutex(.registry)
    private var names: [StaticString] = []

    func index(of name: StaticString) -> UInt32 {
        lock.withLock {
            // By the text: one name may stand in several places of the program.
            if let index = names.firstIndex(where: { WorkNames.isSame($0, name) }) { return UInt32(index) }
            names.append(name)
            return UInt32(names.count - 1)
        }
    }

    func name(at index: UInt32) -> String { lock.withLock { names[Int(index)] }.description }

    /// Byte for byte: no strings are made under the lock.
    private static func isSame(_ left: StaticString, _ right: StaticString) -> Bool {
        left.withUTF8Buffer { left in right.withUTF8Buffer { right in unsafe left.elementsEqual(right) } }
    }
}
