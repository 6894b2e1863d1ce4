// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if ScheduleExploration
    import Foundation
    internal import ScheduleExplorer
    import Testing

    @Suite("Pictures of schedules")
    struct PictureTests {
        /// Draws each picture anew. What is committed must be the same: with `WRITE_PICTURES=1` it is written instead.
        @Test("The pictures in the documentation are those of the schedules", arguments: picturedSchedules.map(\.slug))
        func pictures(_ slug: String) async throws {
            if Replay.requested != nil { return }
            let pictured = picturedSchedules.first { $0.slug == slug }!
            let processor = await Processors.shared.take()
            let drawn = text(
                await #expect(processExitsWith: .success, observing: [\.standardOutputContent]) {
                    [slug, processor = processor as Int] in
                    let pictured = picturedSchedules.first { $0.slug == slug }!
                    let scenario = allScenarios.first { $0.name == pictured.scenario }!
                    let picture = Explorer.picture(
                        of: scenario,
                        telling: pictured.story,
                        caption: pictured.caption,
                        processor: processor,
                        census: countWhatIsAlive
                    )
                    print(picture ?? "no schedule tells this", terminator: "")
                    fflush(nil)
                }
            )
            Processors.shared.giveBack(processor)
            try #require(drawn.hasPrefix("<svg"), "\(pictured.scenario): \(drawn)")
            let file = repository.appending(path: pictured.path)
            if ProcessInfo.processInfo.environment["WRITE_PICTURES"] == "1" {
                try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
                try Data(drawn.utf8).write(to: file)
            }
            let committed = try? String(decoding: Data(contentsOf: file), as: UTF8.self)
            #expect(committed == drawn, "\(pictured.path) shows another schedule: look at it, and write it with WRITE_PICTURES=1")
        }

        private var repository: URL {
            URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        }
    }
#endif
