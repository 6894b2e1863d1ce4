// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if ScheduleExploration
    internal import ScheduleExplorer

    /// A schedule that the documentation shows: of which scenario, and what happens in it.
    struct PicturedSchedule: Sendable {
        /// The name of the file in the module's catalogue.
        let slug: String
        let module: String
        let scenario: String
        /// What one sees, in a sentence or two.
        let caption: String
        /// The steps that make it that one: the drawing shows them in bold.
        let story: Story

        init(_ slug: String, in module: String, of scenario: String, _ caption: String, _ story: Story) {
            self.slug = slug
            self.module = module
            self.scenario = scenario
            self.caption = caption
            self.story = story
        }

        /// In the repository.
        var path: String { "Sources/\(module)/\(module).docc/Resources/\(slug).svg" }
    }
#endif
