struct MillionResult: Sendable, Encodable { var meets: Bool? = nil; var lines: [String] = [] }
enum Million { static func measure() throws -> MillionResult { MillionResult() } }
struct Chart { init(_ r: BenchReport) {}; var svg = "" }
extension BenchReport { func markdown() -> String { "" } }
