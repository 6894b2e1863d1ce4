// swift-irqfd: SPDX-License-Identifier: Apache-2.0

/// One of the two sides of a comparison: something on which a script can be run.
///
/// To compare something else with the kernel, write one more of these.
protocol Subject: AnyObject {
    /// What stands above its column.
    var name: String { get }

    /// Where it is known not to do what the kernel does; nothing else is excused.
    var differences: [Difference] { get }

    /// Whether what does not come is waited for only shortly: while a script is being shrunk, where a wrong answer does little harm.
    var isHurried: Bool { get set }

    /// Empty slots and fresh machines, for another script.
    func begin(_ script: Script) throws(CompareError)

    /// Does one operation, and waits until it has had its effect.
    ///
    /// - Parameter sleeps: The operation would sleep now, as it stands: do it in the form that fails instead.
    func perform(_ operation: ScriptOperation, sleeps: Bool) throws(CompareError) -> Outcome

    /// Checks that what the operation has done here is what the difference allows, and does what the kernel's side has done besides.
    ///
    /// - Parameter model: The state before the operation.
    /// - Returns: What is wrong, in words.
    func bringInStep(_ difference: Difference, after operation: ScriptOperation, in model: ScriptModel) throws(CompareError) -> String?

    /// What is to be seen now. Edges and interrupts are those since the last look.
    ///
    /// - Parameter other: What the other side shows: what is there, and may not have arrived here yet, is waited for.
    func look(expecting other: Sighting?) throws(CompareError) -> Sighting

    /// Closes what is open.
    func end() throws(CompareError)
}
