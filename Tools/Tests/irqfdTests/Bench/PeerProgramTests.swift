// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if os(Linux)
    import Foundation
    import Testing

    @testable import irqfd

    @Suite struct PeerProgramTests {
        @Test func listsAreRead() throws {
            let offers = try PeerProgram.parseOffers("signal gVisor\nenqueue-run GLib thread pool \n\n")
            #expect(offers == [.init(row: "signal", peer: "gVisor"), .init(row: "enqueue-run", peer: "GLib thread pool")])
            #expect(try PeerProgram.parseOffers("") == [])
            #expect(throws: BenchError.self) { try PeerProgram.parseOffers("usage") }
            #expect(throws: BenchError.self) { try PeerProgram.parseOffers("signal ") }
        }

        @Test func figuresAreRead() throws {
            #expect(try PeerProgram.parseFigure(" 9.5\n") == 9.5)
            #expect(try PeerProgram.parseFigure("1e3") == 1_000)
        }

        @Test(arguments: ["", "nine", "9.5 ns", "9.5\n9.6", "0", "-1", "nan", "inf", "\u{0}"]) func whatIsNoFigureIsRefused(text: String) {
            #expect(throws: BenchError.self) { try PeerProgram.parseFigure(text) }
        }

        @Test func whatAProgramPrintsIsRead() throws {
            #expect(try output("echo one; echo noise >&2; echo two") == "one\ntwo\n")
            // More than a pipe's reader gets at once.
            #expect(try output("i=0; while [ $i -lt 2000 ]; do echo 12345678; i=$((i+1)); done").count == 18_000)
        }

        @Test func aProgramThatFailsIsToldFrom() {
            #expect(throws: BenchError("it ended with status 3")) { try output("echo 5; exit 3") }
            #expect(throws: BenchError("it was ended by signal 9")) { try output("kill -9 $$") }
            #expect(throws: (any Error).self) { try ProgramOutput.of("/nowhere/at/all", [], within: .seconds(5)) }
        }

        @Test func aProgramThatHangsIsKilled() {
            let start = ContinuousClock.now
            let overdue = BenchError("it did not end in time, and was killed")
            #expect(throws: overdue) { try output("exec sleep 30", within: .milliseconds(200)) }
            // It closes its output and goes on.
            #expect(throws: overdue) { try output("exec >&-; exec sleep 30", within: .milliseconds(200)) }
            #expect(throws: BenchError.self) { try output("exec cat /dev/zero") }
            #expect(.now - start < .seconds(20))
        }

        @Test func aDirectoryIsSearchedForPrograms() throws {
            let directory = FileManager.default.temporaryDirectory.appendingPathComponent("irqfd-bench-\(UUID().uuidString)")
            try FileManager.default.createDirectory(at: directory.appendingPathComponent("objects"), withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(at: directory) }
            func write(_ name: String, _ text: String, isExecutable: Bool = true) throws {
                let path = directory.appendingPathComponent(name).path
                try text.write(toFile: path, atomically: true, encoding: .utf8)
                try FileManager.default.setAttributes([.posixPermissions: isExecutable ? 0o755 : 0o644], ofItemAtPath: path)
            }
            try write("glib", "#!/bin/sh\nif [ \"$1\" = --list ]; then echo flush-hot GLib; else echo 43.5; fi\n")
            try write("broken", "#!/bin/sh\nexit 2\n")
            try write("notes.txt", "not a program\n", isExecutable: false)
            let peers = PeerDirectory(path: directory.path)
            #expect(peers.programs.map(\.offers) == [[.init(row: "flush-hot", peer: "GLib")]])
            #expect(peers.peers(of: "flush-hot").map(\.name) == ["GLib"])
            #expect(try peers.peers(of: "flush-hot")[0].measure() == 43.5)
            #expect(peers.peers(of: "signal").isEmpty)
            #expect(peers.missing.contains("broken: it ended with status 2"))
            #expect(peers.missing.contains("gVisor: not built; Benchmarks/peers/build says how"))
            #expect(!peers.missing.contains { $0.hasPrefix("GLib") || $0.hasPrefix("notes") || $0.hasPrefix("objects") })
        }

        @Test func withoutADirectoryAllAreMissing() {
            let peers = PeerDirectory(path: "/nowhere/at/all")
            #expect(peers.programs.isEmpty && peers.missing.count == PeerName.programs.count)
        }

        private func output(_ script: String, within patience: Duration = .seconds(20)) throws -> String {
            try ProgramOutput.of("/bin/sh", ["-c", script], within: patience)
        }
    }
#endif
