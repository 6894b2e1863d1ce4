// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if os(Linux)
    /// A whole run: in every round each row in turn, and of each row the floor, ours and the peers, one right after the other.
    ///
    /// What the machine does meanwhile is then done to all of them; the figures are medians of the rounds.
    final class Bench {
        /// A row that can be measured, and what has been measured of it.
        private final class Place {
            let row: BenchRow
            var meters: RowMeters?
            var samples = RowSamples()

            init(_ row: BenchRow) { self.row = row }
        }

        private let rounds: Int
        private let places: [Place]
        private let directory: PeerDirectory
        /// Is told what is being measured.
        private let progress: (String) -> Void

        init(rows: [BenchRow], rounds: Int, directory: PeerDirectory, progress: @escaping (String) -> Void = { _ in }) {
            self.rounds = rounds
            self.directory = directory
            self.progress = progress
            places = rows.map(Place.init)
        }

        /// Measures everything. What cannot be measured has no figure, and a note that says why.
        func run() -> BenchReport {
            let before = OtherPrograms()
            let cleanupThread = try? CleanupThread()
            defer { withExtendedLifetime(cleanupThread) {} }
            for place in places { prepare(place) }
            for round in 1...rounds {
                for place in places where round <= place.row.mostRounds {
                    progress("round \(round) of \(rounds): \(place.row.name)")
                    measure(place)
                }
            }
            for place in places { place.meters?.end() }
            let machine = MachineDescription.current
            return BenchReport(
                machine: machine,
                rounds: rounds,
                rows: places.map { RowResult($0.row, $0.samples) },
                missing: (machine.kvm ? [] : ["\(PeerName.kvm): /dev/kvm cannot be used"]) + directory.missing,
                others: before.flatMap { before in OtherPrograms().map { $0.processors(since: before) } }
            )
        }

        private func prepare(_ place: Place) {
            do {
                var meters = try place.row.prepare()
                meters.peers += directory.peers(of: place.row.name)
                for note in meters.notes { place.samples.add(note: note) }
                place.meters = meters
            } catch {
                place.samples.add(note: "not measured: \(error)")
            }
        }

        /// One slice of everything in a row. A peer that fails is left out from then on.
        private func measure(_ place: Place) {
            guard let meters = place.meters else { return }
            do {
                if let floor = meters.floor { place.samples.add(floor: try floor()) }
                place.samples.add(ours: try meters.ours())
                if let counts = meters.counts { place.samples.add(counts: counts()) }
            } catch {
                place.samples.add(note: "given up after \(place.samples.figures.ours == nil ? "nothing" : "some rounds"): \(error)")
                meters.end()
                place.meters = nil
                return
            }
            for peer in meters.peers {
                do { place.samples.add(try peer.measure(), of: peer.name) } catch {
                    place.samples.add(note: "\(peer.name) failed: \(error)")
                    place.meters?.peers.removeAll { $0.name == peer.name }
                }
            }
        }
    }
#endif
