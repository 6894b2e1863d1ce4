// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if os(Linux)
    import Foundation

    /// The programs that measure other libraries, where somebody has built them.
    struct PeerDirectory: Sendable {
        /// How long a program may take for one answer.
        static let patience = Duration.seconds(10)

        private(set) var programs: [PeerProgram] = []
        /// Who is not there, and why.
        private(set) var missing: [String] = []

        /// The usual place: of this directory, or of the one above.
        static var usual: String {
            let places = ["Benchmarks/.build-peers", "../Benchmarks/.build-peers"]
            return places.first { FileManager.default.fileExists(atPath: $0) } ?? places[0]
        }

        init(path: String, patience: Duration = patience) {
            let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
            for name in names.sorted() where !name.hasPrefix(".") {
                let program = "\(path)/\(name)"
                var isDirectory: ObjCBool = false
                guard
                    unsafe FileManager.default.fileExists(atPath: program, isDirectory: &isDirectory), !isDirectory.boolValue,
                    FileManager.default.isExecutableFile(atPath: program)
                else { continue }
                do { programs.append(try PeerProgram(path: program, patience: patience)) } catch {
                    missing.append("\(name): \(error)")
                }
            }
            let known = Set(programs.flatMap(\.offers).map(\.peer))
            missing += PeerName.programs.filter { !known.contains($0) }.map { "\($0): not built; Benchmarks/peers/build says how" }
        }

        /// The peers of a row.
        func peers(of row: String) -> [RowMeters.Peer] {
            programs.flatMap { program in
                program.offers.filter { $0.row == row }.map { offer in
                    RowMeters.Peer(name: offer.peer) { try program.measure(row, within: Self.patience) }
                }
            }
        }
    }
#endif
