// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if ScheduleExploration
    extension Explorer {
        /// How many runs are looked at for each number of preemptions, where the story does not lead to itself.
        private static let runsLookedAt = 20_000

        /// Draws a schedule that tells the story, as SVG. Nil: no schedule with few preemptions does, and one that there is was printed.
        ///
        /// The runs are always made in the same order: the picture is the same each time.
        package static func picture(
            of scenario: Scenario,
            telling story: Story,
            caption: String,
            processor: Int = 0,
            census: @escaping () -> [String: Int]
        ) -> String? {
            unsafe Session.processor = processor
            let session = Session(scenario, census)
            var example = ""
            var best: SchedulePicture?
            let look = { (scheduler: Scheduler) in
                if example.isEmpty { example = Report(scheduler).text }
                guard story.positions(in: scheduler) != nil else { return }
                let picture = SchedulePicture(scheduler, telling: story)
                if best.map({ picture.length < $0.length }) ?? true { best = picture }
            }
            session.follow(story, visit: look)
            var preemptions = 0
            while best == nil, preemptions <= 3 {
                session.search(DepthFirstSearch(preemptions: preemptions), limit: runsLookedAt, visit: look)
                preemptions += 1
            }
            if let best { return PictureSVG.draw(best, title: scenario.name, caption: caption) }
            print(example)
            return nil
        }
    }
#endif
