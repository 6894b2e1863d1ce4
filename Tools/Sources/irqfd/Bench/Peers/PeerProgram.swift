// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if os(Linux)
    import Foundation

    /// A program that measures other libraries, and what it can measure.
    ///
    /// `PROGRAM --list` prints a line for each row it has, the row's name and the peer's; `PROGRAM ROW` measures one slice and prints nanoseconds.
    struct PeerProgram: Equatable, Sendable {
        /// One line of what it can do.
        struct Offer: Equatable, Sendable {
            let row: String
            let peer: String
        }

        let path: String
        let offers: [Offer]

        /// Asks a program what it can do.
        init(path: String, patience: Duration) throws {
            self.path = path
            offers = try Self.parseOffers(try ProgramOutput.of(path, ["--list"], within: patience))
        }

        /// Has the program measure one slice: nanoseconds an operation.
        func measure(_ row: String, within patience: Duration) throws -> Double {
            try Self.parseFigure(try ProgramOutput.of(path, [row], within: patience))
        }

        // MARK: What programs print

        static func parseOffers(_ text: String) throws -> [Offer] {
            try text.split(whereSeparator: \.isNewline).map { line in
                let words = line.split(separator: " ", maxSplits: 1)
                let peer = words.count == 2 ? words[1].trimmingCharacters(in: .whitespaces) : ""
                guard words.count == 2, !peer.isEmpty else {
                    throw BenchError("in its list \"\(line.prefix(60))\" is not the name of a row and of a peer")
                }
                return Offer(row: String(words[0]), peer: peer)
            }
        }

        static func parseFigure(_ text: String) throws -> Double {
            let word = text.trimmingCharacters(in: .whitespacesAndNewlines)
            guard let figure = Double(word), figure.isFinite, figure > 0 else {
                throw BenchError("\"\(word.prefix(60))\" is not a number of nanoseconds")
            }
            return figure
        }
    }
#endif
