// swift-irqfd: SPDX-License-Identifier: Apache-2.0

extension Owner {
    // MARK: Signals

    func signal(_ place: Int, _ file: OwnFile, times: Int) {
        activity.enter(.signalling)
        for _ in 0..<times { expect(file.signal(UInt64.random(in: 0...3, using: &random)), place) }
    }

    func write(_ place: Int, _ file: OwnFile) {
        activity.enter(.writing)
        expect(file.write(UInt64.random(in: 0...3, using: &random), maySleep: Bool.random(using: &random)), place)
    }

    func fill(_ place: Int, _ file: OwnFile) {
        activity.enter(.writing)
        for number in file.fill() { expect(number, place) }
    }

    /// What was sent under this number must interrupt in all sets to which the file is assigned.
    private func expect(_ number: UInt64?, _ place: Int) {
        guard let number else { return }
        for case let set? in sets { set.active[place]?.expect(number) }
    }

    // MARK: Looking

    func look(_ file: OwnFile, reads: Bool) {
        activity.enter(.reading)
        if reads { file.read(maySleep: Bool.random(using: &random)) } else { file.look() }
    }

    // MARK: Ends

    func close(_ place: Int, _ file: OwnFile) {
        activity.enter(.closing)
        if file.close() { hangUp(place) }
    }

    /// Lets go of a file, closed or not, and of the reference that goes with it.
    func dropFile(at place: Int) {
        guard let file = files[place] else { return }
        activity.enter(.forgetting)
        files[place] = nil
        if Int.random(in: 0..<8, using: &random) == 0, let number = file.dropInOwnWakeFunction() {
            // Before the lock is gone, everybody is told of the signal, and then of the end.
            expect(number, place)
            hangUp(place)
        } else {
            if Bool.random(using: &random) { file.putReference() }
            if file.drop(departure) { hangUp(place) }
        }
    }

    /// The file is gone, and with it, soon, its irqfds; nobody waits for that.
    private func hangUp(_ place: Int) {
        for case let set? in sets {
            guard let book = set.active.removeValue(forKey: place) else { continue }
            leaveUnsettled(CollectionOfOne(book))
        }
    }

    /// Something about its reference, or about who else looks on.
    func changeReference(_ file: OwnFile) {
        activity.enter(.signalling)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: file.changeOnlooker(&random)
        case 1: file.renewReference()
        case 2: file.duplicateReference(thenForget: Bool.random(using: &random))
        default: file.putReference()
        }
    }
}
