// swift-irqfd: SPDX-License-Identifier: Apache-2.0

internal import KernelPrimitives
import TestSupport
import Testing

@Suite("kref")
struct KrefTests {
    @Test func countsReferences() {
        let kref = Kref()
        kref.get()
        let first = kref.put()
        let second = kref.put()
        let afterTheEnd = kref.getUnlessZero()
        #expect(!first)
        #expect(second)
        #expect(!afterTheEnd)
    }

    @Test func getUnlessZeroTakesOne() {
        let kref = Kref()
        let taken = kref.getUnlessZero()
        let references = kref.current
        #expect(taken)
        #expect(references == 2)
    }

    @Test("misuse: kref underflow")
    func underflow() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let kref = Kref()
            _ = kref.put()
            _ = kref.put()
        }
        let sentence = misuseSentence(result?.standardErrorContent)
        #expect(sentence.contains("kref underflow"))
    }

    @Test("misuse: a reference taken after the end")
    func getAfterTheEnd() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let kref = Kref()
            _ = kref.put()
            kref.get()
        }
        let sentence = misuseSentence(result?.standardErrorContent)
        #expect(sentence.contains("kref underflow"))
    }

    @Test("misuse: kref overflow")
    func overflow() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            let kref = Kref(0x7fff_ffff)
            kref.get()
        }
        let sentence = misuseSentence(result?.standardErrorContent)
        #expect(sentence.contains("kref overflow"))
    }
}
