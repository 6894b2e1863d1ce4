// swift-irqfd: SPDX-License-Identifier: Apache-2.0

#if ScheduleExploration
    /// Text in a picture, whose fonts nobody knows: measured as if in a wide one, so that it fits in the others.
    enum PictureText {
        /// In hundredths of the size.
        private static func width(of character: Character) -> Int {
            switch character {
            case "i", "l", "j", "'", "|", ".", ",", ":", ";", "!", " ": 34
            case "f", "t", "r", "(", ")", "-", "·": 42
            case "m", "w", "M", "W", "→": 92
            case _ where character.isUppercase: 72
            default: 61
            }
        }

        /// In pixels, rounded up.
        static func width(_ text: String, size: Int, isBold: Bool = false) -> Int {
            let hundredths = text.reduce(0) { $0 + width(of: $1) } * size
            return (hundredths * (isBold ? 110 : 100) + 9_999) / 10_000
        }

        /// Lines that are no wider, as long as no word is.
        static func lines(_ text: String, width limit: Int, size: Int, isBold: Bool = false) -> [String] {
            var lines: [String] = []
            for word in text.split(separator: " ") {
                if let last = lines.last, width("\(last) \(word)", size: size, isBold: isBold) <= limit {
                    lines[lines.count - 1] = "\(last) \(word)"
                } else {
                    lines.append(String(word))
                }
            }
            return lines
        }

        static func escaped(_ text: String) -> String {
            var escaped = ""
            for character in text {
                switch character {
                case "&": escaped += "&amp;"
                case "<": escaped += "&lt;"
                case ">": escaped += "&gt;"
                case "\"": escaped += "&quot;"
                default: escaped.append(character)
                }
            }
            return escaped
        }
    }
#endif
