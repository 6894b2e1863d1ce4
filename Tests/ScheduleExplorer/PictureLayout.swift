// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if ScheduleExploration
    /// Where the parts of a picture go.
    struct PictureLayout {
        struct Line {
            let text: String
            let isDetail: Bool
        }

        /// While a lock is held.
        struct Bar {
            let lane: Int
            /// How many locks the thread held before.
            let depth: Int
            let lock: UInt
            let top: Int
            var bottom: Int
        }

        /// An arrow's way: a gap between rows, a gutter between lanes, a gap or a row.
        struct Way {
            let arrow: SchedulePicture.Arrow
            let gap: Int
            let gutter: Int
        }

        static let width = 900
        static let margin = 20
        static let textSize = 13
        static let detailSize = 12
        private static let numberWidth = 22
        private static let lineHeight = 16
        private static let barStep = 8
        private static let slotWidth = 9

        let picture: SchedulePicture
        /// The lifeline of each lane.
        private(set) var lanes: [Int] = []
        private(set) var laneWidth: [Int] = []
        private(set) var texts: [[Line]] = []
        /// The middle of each row's first line.
        private(set) var rows: [Int] = []
        /// How many locks a row's thread holds there.
        private(set) var depths: [Int] = []
        private(set) var bars: [Bar] = []
        private(set) var ways: [Way] = []
        private(set) var bottom = 0

        init(_ picture: SchedulePicture, top: Int) {
            self.picture = picture
            depths = PictureLayout.depths(picture)
            let slots = PictureLayout.slots(picture)
            place(slots)
            stack(from: top)
            raiseBars()
            route(slots)
        }

        // MARK: Across

        private func gutter(_ slots: [(lane: Int, slot: Int)], of lane: Int) -> Int {
            let used = slots.filter { $0.lane == lane }.map { $0.slot + 1 }.max() ?? 0
            return 14 + used * PictureLayout.slotWidth
        }

        /// The space between a lifeline and its text.
        private func indent(_ lane: Int) -> Int {
            let depth = picture.rows.indices.filter { picture.rows[$0].lane == lane }.map { depths[$0] }.max() ?? 0
            return 13 + PictureLayout.barStep * max(0, depth - 1)
        }

        private mutating func place(_ slots: [(lane: Int, slot: Int)]) {
            let lanesThere = picture.lanes.indices
            let fixed = lanesThere.map { gutter(slots, of: $0) + indent($0) }
            let free = PictureLayout.width - 2 * PictureLayout.margin - PictureLayout.numberWidth - fixed.reduce(0, +)
            // What a lane would like to have, and the limit that all keep if it is too much.
            let wishes = lanesThere.map { lane in
                max(
                    PictureText.width(picture.lanes[lane], size: 14, isBold: true),
                    picture.rows.filter { $0.lane == lane }.map { wish($0) }.max() ?? 0
                )
            }
            var limit = wishes.max() ?? 0
            while wishes.reduce(0, { $0 + min($1, limit) }) > free { limit -= 1 }
            let spare = (free - wishes.reduce(0) { $0 + min($1, limit) }) / max(1, lanesThere.count)
            var x = PictureLayout.margin + PictureLayout.numberWidth
            for lane in lanesThere {
                x += gutter(slots, of: lane)
                lanes.append(x)
                let width = min(wishes[lane], limit)
                laneWidth.append(indent(lane) + width)
                x += indent(lane) + width + spare
            }
            texts = picture.rows.map { row in
                let width = min(wishes[row.lane], limit)
                if !row.detail.isEmpty, wish(row) <= width {
                    return [Line(text: row.text, isDetail: false), Line(text: "· \(row.detail)", isDetail: true)]
                }
                let size = PictureLayout.textSize
                let lines = PictureText.lines(row.text, width: width, size: size, isBold: row.isTold).map {
                    Line(text: $0, isDetail: false)
                }
                if row.detail.isEmpty { return lines }
                let more = PictureText.lines("· \(row.detail)", width: width, size: PictureLayout.detailSize)
                return lines + more.map { Line(text: $0, isDetail: true) }
            }
        }

        private func wish(_ row: SchedulePicture.Row) -> Int {
            let detail = row.detail.isEmpty ? 0 : PictureText.width(" · \(row.detail)", size: PictureLayout.detailSize)
            return PictureText.width(row.text, size: PictureLayout.textSize, isBold: row.isTold) + detail
        }

        /// The second line stands beside the first where both fit.
        func isBeside(_ row: Int) -> Bool {
            texts[row].count == 2 && texts[row][1].isDetail
                && wish(picture.rows[row]) <= laneWidth[picture.rows[row].lane] - indent(picture.rows[row].lane)
        }

        func textX(_ row: Int) -> Int { lanes[picture.rows[row].lane] + indent(picture.rows[row].lane) }

        /// The middle of the innermost bar.
        func dotX(_ row: Int) -> Int { lanes[picture.rows[row].lane] + PictureLayout.barStep * max(0, depths[row] - 1) }

        // MARK: Down

        private mutating func stack(from top: Int) {
            var y = top
            var previous: Int?
            for (index, row) in picture.rows.enumerated() {
                let lines = isBeside(index) ? 1 : max(1, texts[index].count)
                if let previous, picture.rows[previous].lane != row.lane { y += 7 }
                // An arrow from the right comes in between the rows.
                if picture.arrows.contains(where: { $0.to == index && picture.rows[$0.from].lane > row.lane }) { y += 9 }
                let height =
                    switch row.kind {
                    case .step: 6 + PictureLayout.lineHeight * lines
                    case .lock, .sleep, .goesOn: 20
                    case .unlock: 8
                    case .end: 10
                    }
                rows.append(y + min(height, 22) / 2)
                y += height
                // And one to the right leaves there.
                if picture.arrows.contains(where: { $0.from == index && picture.rows[$0.to].lane > row.lane }) { y += height < 12 ? 16 : 9 }
                previous = index
            }
            bottom = y
        }

        /// How far down a row's text goes.
        func end(of row: Int) -> Int {
            rows[row] + (isBeside(row) || texts[row].isEmpty ? 0 : PictureLayout.lineHeight * (texts[row].count - 1))
        }

        private static func depths(_ picture: SchedulePicture) -> [Int] {
            var held = Array(repeating: 0, count: picture.lanes.count)
            return picture.rows.map { row in
                if case .lock = row.kind { held[row.lane] += 1 }
                defer { if case .unlock = row.kind { held[row.lane] -= 1 } }
                return held[row.lane]
            }
        }

        private mutating func raiseBars() {
            for (index, row) in picture.rows.enumerated() {
                switch row.kind {
                case .lock(let lock):
                    bars.append(Bar(lane: row.lane, depth: depths[index] - 1, lock: lock, top: rows[index] - 6, bottom: bottom))
                case .unlock(let lock):
                    let own = bars.lastIndex { $0.lane == row.lane && $0.lock == lock && $0.bottom == bottom }
                    if let own { bars[own].bottom = rows[index] }
                default: break
                }
            }
        }

        // MARK: Arrows

        /// Which lane's gutter each arrow goes down, the right one of its two, and where in it: no two at one place at one time.
        private static func slots(_ picture: SchedulePicture) -> [(lane: Int, slot: Int)] {
            var slots: [(lane: Int, slot: Int)] = []
            for (index, arrow) in picture.arrows.enumerated() {
                let lane = max(picture.rows[arrow.from].lane, picture.rows[arrow.to].lane)
                let taken = picture.arrows[..<index].indices.filter { other in
                    let others = picture.arrows[other]
                    return slots[other].lane == lane && others.from < arrow.to + 1 && arrow.from < others.to + 1
                }.map { slots[$0].slot }
                slots.append((lane, (0...).first { !taken.contains($0) }!))
            }
            return slots
        }

        private mutating func route(_ slots: [(lane: Int, slot: Int)]) {
            for (arrow, slot) in zip(picture.arrows, slots) {
                let goesRight = picture.rows[arrow.from].lane < picture.rows[arrow.to].lane
                let gap = goesRight ? end(of: arrow.from) + (picture.rows[arrow.from].text.isEmpty ? 11 : 15) : rows[arrow.to] - 17
                ways.append(Way(arrow: arrow, gap: gap, gutter: lanes[slot.lane] - 17 - slot.slot * PictureLayout.slotWidth))
            }
        }
    }
#endif
