// swift-irqfd: SPDX-License-Identifier: Apache-2.0

/// The sentence that a process said before it aborted, from what its exit test observed on standard error:
///
///     let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) { … }
///     let sentence = misuseSentence(result?.standardErrorContent)
///     #expect(sentence.contains("…"))
///
/// Without such a sentence it is a remark, and what was said instead is printed.
package func misuseSentence(_ standardError: [UInt8]?) -> String {
    let text = String(decoding: standardError ?? [], as: UTF8.self)
    let mark = "swift-irqfd: misuse: "
    for line in text.split(separator: "\n") where line.hasPrefix(mark) { return String(line.dropFirst(mark.count)) }
    print("instead of a sentence of misuse: \(text)")
    return "(no sentence of misuse)"
}
