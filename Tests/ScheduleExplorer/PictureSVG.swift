// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if ScheduleExploration
    /// Draws a picture: the same bytes for the same schedule.
    struct PictureSVG {
        private static let ink = "#1d1d1f"
        private static let grey = "#6e6e73"
        /// Of locks, in the order in which they are first taken: the bar and its edge.
        private static let lockColours = [("#d6e4ff", "#4a74c9"), ("#ffe2bf", "#c2701c"), ("#d9f2d0", "#4b8f3a"), ("#efdcf9", "#8e55b5")]

        private let layout: PictureLayout
        private let picture: SchedulePicture
        private let locks: [UInt]
        private var body: [String] = []

        static func draw(_ picture: SchedulePicture, title: String, caption: String) -> String {
            let captionLines = PictureText.lines(caption, width: PictureLayout.width - 2 * PictureLayout.margin, size: 14)
            let heads = 76 + 19 * captionLines.count
            var drawing = PictureSVG(PictureLayout(picture, top: heads + 30))
            drawing.text(title, x: PictureLayout.margin, y: 34, size: 17, "font-weight=\"600\"")
            for (number, line) in captionLines.enumerated() {
                drawing.text(line, x: PictureLayout.margin, y: 58 + 19 * number, size: 14, colour: grey)
            }
            drawing.drawLifelines(from: heads)
            drawing.drawBars()
            drawing.drawArrows()
            drawing.drawRows()
            let height = drawing.drawLegend()
            return drawing.document(title, caption, height: height)
        }

        private init(_ layout: PictureLayout) {
            self.layout = layout
            picture = layout.picture
            var locks: [UInt] = []
            for row in layout.picture.rows { if case .lock(let lock) = row.kind, !locks.contains(lock) { locks.append(lock) } }
            self.locks = locks
        }

        private func document(_ title: String, _ caption: String, height: Int) -> String {
            let width = PictureLayout.width
            let head = """
                <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(width) \(height)" width="\(width)" height="\(height)" role="img" \
                font-family="Helvetica Neue, Helvetica, Arial, DejaVu Sans, sans-serif">
                <title>\(PictureText.escaped(title))</title>
                <desc>\(PictureText.escaped(caption))</desc>
                <rect width="\(width)" height="\(height)" rx="10" fill="#ffffff"/>
                """
            return ([head] + body + ["</svg>"]).joined(separator: "\n") + "\n"
        }

        // MARK: Parts

        private mutating func text(_ text: String, x: Int, y: Int, size: Int, colour: String = ink, _ more: String = "") {
            let attributes = more.isEmpty ? "" : " " + more
            body.append(
                "<text x=\"\(x)\" y=\"\(y)\" font-size=\"\(size)\" fill=\"\(colour)\"\(attributes)>\(PictureText.escaped(text))</text>"
            )
        }

        private mutating func line(_ x1: Int, _ y1: Int, _ x2: Int, _ y2: Int, _ more: String) {
            body.append("<line x1=\"\(x1)\" y1=\"\(y1)\" x2=\"\(x2)\" y2=\"\(y2)\" \(more)/>")
        }

        private func colours(of lock: UInt) -> (fill: String, edge: String) {
            let colours = PictureSVG.lockColours
            return colours[(locks.firstIndex(of: lock) ?? 0) % colours.count]
        }

        /// Dashed, while the thread sleeps or waits for a lock.
        private mutating func drawLifelines(from top: Int) {
            for (lane, name) in picture.lanes.enumerated() {
                let x = layout.lanes[lane]
                let width = PictureText.width(name, size: 14, isBold: true) + 16
                body.append(
                    "<rect x=\"\(x - 8)\" y=\"\(top - 16)\" width=\"\(width)\" height=\"24\" rx=\"5\" fill=\"#f2f2f4\" stroke=\"#c7c7cc\"/>"
                )
                text(name, x: x, y: top + 1, size: 14, "font-weight=\"600\"")
                let own = picture.rows.indices.filter { picture.rows[$0].lane == lane }
                var from = top + 8
                for (position, index) in own.enumerated() {
                    if position > 0, picture.rows[own[position - 1]].kind == .sleep {
                        drawLifeline(x, from, layout.rows[index], waits: true)
                    } else if let since = waitsForLock(index) {
                        drawLifeline(x, from, max(from, since))
                        drawLifeline(x, max(from, since), layout.rows[index], waits: true)
                    } else {
                        drawLifeline(x, from, layout.rows[index])
                    }
                    from = layout.rows[index]
                }
                guard let last = own.last else { continue }
                if picture.rows[last].kind == .end {
                    line(x - 7, from, x + 7, from, "stroke=\"#8e8e93\" stroke-width=\"3\"")
                } else {
                    let dashes = picture.rows[last].kind == .sleep ? " stroke-dasharray=\"2 4\"" : ""
                    line(x, from, x, layout.bottom, "stroke=\"#aeaeb2\" stroke-width=\"1.5\"\(dashes)")
                }
            }
        }

        private mutating func drawLifeline(_ x: Int, _ top: Int, _ bottom: Int, waits: Bool = false) {
            line(x, top, x, bottom, "stroke=\"#8e8e93\" stroke-width=\"1.5\"\(waits ? " stroke-dasharray=\"2 4\"" : "")")
        }

        /// Since when somebody else has held the lock that is taken in this row.
        private func waitsForLock(_ row: Int) -> Int? {
            guard let arrow = picture.arrows.first(where: { $0.to == row && $0.cause == .lockGivenUp }) else { return nil }
            return layout.bars.first { $0.lane == picture.rows[arrow.from].lane && $0.bottom == layout.rows[arrow.from] }?.top
        }

        private mutating func drawBars() {
            for bar in layout.bars {
                let (fill, edge) = colours(of: bar.lock)
                let x = layout.lanes[bar.lane] - 6 + 8 * bar.depth
                body.append(
                    "<rect x=\"\(x)\" y=\"\(bar.top)\" width=\"12\" height=\"\(bar.bottom - bar.top)\" rx=\"3\" fill=\"\(fill)\" stroke=\"\(edge)\"/>"
                )
            }
        }

        private mutating func drawRows() {
            var number = 0
            for (index, row) in picture.rows.enumerated() {
                let (x, y) = (layout.dotX(index), layout.rows[index])
                switch row.kind {
                case .step:
                    number += 1
                    text("\(number)", x: PictureLayout.margin + 14, y: y + 4, size: 11, colour: "#8e8e93", "text-anchor=\"end\"")
                    body.append("<circle cx=\"\(x)\" cy=\"\(y)\" r=\"\(row.isTold ? 4 : 3)\" fill=\"\(PictureSVG.ink)\"/>")
                    drawText(of: index)
                case .lock(let lock): text(row.text, x: layout.textX(index), y: y + 4, size: 11, colour: colours(of: lock).edge)
                case .sleep, .goesOn:
                    body.append("<circle cx=\"\(x)\" cy=\"\(y)\" r=\"3\" fill=\"#ffffff\" stroke=\"\(PictureSVG.grey)\"/>")
                    text(row.text, x: layout.textX(index), y: y + 4, size: 12, colour: PictureSVG.grey, "font-style=\"italic\"")
                case .unlock, .end: break
                }
            }
        }

        private mutating func drawText(of row: Int) {
            let weight = picture.rows[row].isTold ? " font-weight=\"600\"" : ""
            let (x, y) = (layout.textX(row), layout.rows[row] + 4)
            let lines = layout.texts[row]
            var spans = ""
            for (number, line) in lines.enumerated() {
                let isBeside = number > 0 && layout.isBeside(row)
                let place = number == 0 ? "" : isBeside ? " dx=\"5\"" : " x=\"\(x)\" dy=\"16\""
                let style =
                    line.isDetail ? " font-size=\"\(PictureLayout.detailSize)\" font-weight=\"400\" fill=\"\(PictureSVG.grey)\"" : ""
                spans += "<tspan\(place)\(style)>\(PictureText.escaped(line.text))</tspan>"
            }
            body.append(
                "<text x=\"\(x)\" y=\"\(y)\" font-size=\"\(PictureLayout.textSize)\" fill=\"\(PictureSVG.ink)\"\(weight)>\(spans)</text>"
            )
        }

        // MARK: Arrows

        private func style(_ arrow: SchedulePicture.Arrow) -> (colour: String, dashes: String) {
            switch arrow.cause {
            case .queued: return ("#0b6b53", "")
            case .woken: return ("#b3261e", "")
            case .lockGivenUp:
                guard case .unlock(let lock) = picture.rows[arrow.from].kind else { return (PictureSVG.grey, "5 3") }
                return (colours(of: lock).edge, "5 3")
            }
        }

        private mutating func drawArrows() {
            for way in layout.ways {
                let (from, to) = (way.arrow.from, way.arrow.to)
                let (x1, y1, x2, y2) = (layout.dotX(from), layout.rows[from], layout.dotX(to), layout.rows[to])
                let (colour, dashes) = style(way.arrow)
                let path: String
                let head: String
                if x1 < x2 {
                    let gap = way.gap
                    path =
                        "M\(x1) \(y1) V\(gap - 5) Q\(x1) \(gap) \(x1 + 5) \(gap) H\(way.gutter - 5) Q\(way.gutter) \(gap) \(way.gutter) \(gap + 5) "
                        + "V\(y2 - 5) Q\(way.gutter) \(y2) \(way.gutter + 5) \(y2) H\(x2 - 9)"
                    head = "M\(x2 - 4) \(y2) l-8 -4 v8 z"
                } else {
                    path =
                        "M\(x1) \(y1) H\(way.gutter + 5) Q\(way.gutter) \(y1) \(way.gutter) \(y1 + 5) V\(way.gap - 5) "
                        + "Q\(way.gutter) \(way.gap) \(way.gutter - 5) \(way.gap) H\(x2 + 5) Q\(x2) \(way.gap) \(x2) \(way.gap + 5) V\(y2 - 9)"
                    head = "M\(x2) \(y2 - 4) l-4 -8 h8 z"
                }
                let dash = dashes.isEmpty ? "" : " stroke-dasharray=\"\(dashes)\""
                body.append("<path d=\"\(path)\" fill=\"none\" stroke=\"#ffffff\" stroke-width=\"4\"/>")
                body.append("<path d=\"\(path)\" fill=\"none\" stroke=\"\(colour)\" stroke-width=\"1.6\"\(dash)/>")
                body.append("<path d=\"\(head)\" fill=\"\(colour)\"/>")
            }
        }

        /// What is not clear by itself; returns the height of it all.
        private mutating func drawLegend() -> Int {
            let y = layout.bottom + 30
            var x = PictureLayout.margin
            func room(_ text: String) -> Int { PictureText.width(text, size: 11) + 56 }
            let causes = SchedulePicture.Cause.allCases.filter { cause in picture.arrows.contains { $0.cause == cause } }
            if !locks.isEmpty {
                body.append(
                    "<rect x=\"\(x + 8)\" y=\"\(y - 11)\" width=\"12\" height=\"14\" rx=\"3\" fill=\"#e8e8ed\" stroke=\"\(PictureSVG.grey)\"/>"
                )
                text("holds a lock", x: x + 28, y: y, size: 11, colour: PictureSVG.grey)
                x += room("holds a lock")
            }
            for cause in causes {
                let colour = cause == .queued ? "#0b6b53" : cause == .woken ? "#b3261e" : PictureSVG.grey
                let words = cause == .queued ? "what is queued runs" : cause == .woken ? "a wake" : "a lock is given up to who waits for it"
                let dash = cause == .lockGivenUp ? " stroke-dasharray=\"5 3\"" : ""
                line(x, y - 4, x + 18, y - 4, "stroke=\"\(colour)\" stroke-width=\"1.6\"\(dash)")
                body.append("<path d=\"M\(x + 24) \(y - 4) l-8 -4 v8 z\" fill=\"\(colour)\"/>")
                text(words, x: x + 30, y: y, size: 11, colour: PictureSVG.grey)
                x += room(words)
            }
            line(x + 12, y - 12, x + 12, y + 4, "stroke=\"#8e8e93\" stroke-width=\"1.5\" stroke-dasharray=\"2 4\"")
            text("waits", x: x + 22, y: y, size: 11, colour: PictureSVG.grey)
            return y + 20
        }
    }
#endif
