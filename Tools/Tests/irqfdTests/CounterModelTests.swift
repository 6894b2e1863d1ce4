// swift-irqfd: SPDX-License-Identifier: Apache-2.0

import EventFD
import Testing
import WaitQueue

@testable import irqfd

// A call that changes the model cannot stand alone in an expectation: hence the comparisons.
@Suite struct CounterModelTests {
    private var plain = CounterModel(initialValue: 3, isSemaphore: false)
    private var semaphore = CounterModel(initialValue: 2, isSemaphore: true)

    @Test mutating func aReadTakesAllAndThenThereIsNothing() {
        #expect(plain.read(.success(3)) == true)
        #expect(plain.count == 0)
        #expect(plain.read(.failure(.wouldBlock)) == true)
        #expect(plain.read(.success(1)) == false)
    }

    @Test mutating func aReadOfASemaphoreTakesOne() {
        #expect(semaphore.read(.success(1)) && semaphore.read(.success(1)))
        #expect(semaphore.read(.failure(.wouldBlock)) == true)
        #expect(semaphore.read(.success(1)) == false)
    }

    @Test mutating func whatCannotBeReadIsNotAccepted() {
        #expect(!plain.read(.failure(.wouldBlock)) && !plain.read(.failure(.badFileDescriptor)))
        #expect(semaphore.read(.success(2)) == false)
        #expect(plain.read(.success(2)) == false)
    }

    @Test mutating func signalsStopAtTheLargestValueAndWritesOneBefore() {
        #expect(plain.write(.max - 4, error: nil) == true)
        #expect(plain.readiness == .input && plain.count == .max - 1)
        #expect(plain.write(1, error: .wouldBlock) && !plain.write(1, error: nil))
        #expect(plain.write(0, error: nil) == true)
        #expect(plain.signal(5, added: 1) == true)
        #expect(plain.readiness == [.input, .error])
        #expect(!plain.signal(5, added: 1) && plain.signal(5, added: 0))
        #expect(plain.write(0, error: .wouldBlock) && plain.write(.max, error: .invalidArgument))
        #expect(plain.read(.success(.max)) == true)
        #expect(plain.readiness == .output)
    }

    @Test mutating func aDrainTakesWhatAReadWould() {
        plain.drain()
        semaphore.drain()
        #expect(plain.count == 0 && semaphore.count == 1)
        semaphore.drain()
        semaphore.drain()
        #expect(semaphore.count == 0)
    }

    @Test mutating func whatIsThereIsPending() {
        #expect(plain.pending == .certain)
        plain.drain()
        #expect(plain.pending == .none)
        plain.beginUncertainty()
        #expect(plain.pending == .possible)
    }

    @Test mutating func whileADrainIsToComeNothingIsKnown() {
        plain.beginUncertainty()
        #expect(plain.signal(9, added: 9) && plain.write(2, error: nil) && plain.readiness == nil)
        #expect(plain.read(.success(11)) && plain.read(.failure(.wouldBlock)))
        #expect(plain.count == nil)
        plain.endUncertainty()
        #expect(plain.count == nil)
        #expect(plain.read(.success(4)) == true)
        #expect(plain.count == 0)
    }

    @Test mutating func anEmptyCounterIsKnownAgain() {
        semaphore.beginUncertainty()
        semaphore.endUncertainty()
        #expect(semaphore.read(.success(1)) && semaphore.count == nil)
        #expect(semaphore.read(.failure(.wouldBlock)) && semaphore.count == 0)
    }

    @Test mutating func aDrainThatWasWaitedForMakesAPlainCounterKnown() {
        plain.beginUncertainty()
        semaphore.beginUncertainty()
        plain.drain()
        #expect(plain.count == nil)
        plain.endUncertainty()
        semaphore.endUncertainty()
        plain.drain()
        semaphore.drain()
        #expect(plain.count == 0 && semaphore.count == nil)
    }
}
