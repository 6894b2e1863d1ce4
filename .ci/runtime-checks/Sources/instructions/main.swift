// swift-irqfd: SPDX-License-Identifier: Apache-2.0
// Does one operation so many times, for valgrind to count its instructions: see .ci/instructions.

import EventFD
import Glibc
import WaitQueue

let operation = CommandLine.arguments[1]
let times = Int(CommandLine.arguments[2])!

let file = EventFDFile()
let reference = try file.makeContextReference()
let entry = WaitQueueEntry { _, _, _ in .notWoken }

switch operation {
case "signal":
    for _ in 0..<times { reference.signal() }
case "signal-with-an-entry":
    _ = file.poll(PollTable { $0.add(entry) })
    for _ in 0..<times { reference.signal() }
case "write-and-read":
    for _ in 0..<times {
        try file.write(1)
        _ = try file.read()
    }
case "poll":
    for _ in 0..<times { _ = file.poll() }
case "count":
    for _ in 0..<times { _ = file.count }
case "open-and-close":
    for _ in 0..<times { try EventFDFile().close() }
default:
    print("unknown operation \(operation)")
    exit(2)
}
