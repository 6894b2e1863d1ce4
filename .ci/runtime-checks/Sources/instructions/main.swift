// swift-irqfd: SPDX-License-Identifier: Apache-2.0
// Does one operation so many times, for valgrind to count its instructions: see .ci/instructions.
//
//     instructions --list           the operations, and how many parts each has
//     instructions OPERATION TIMES

import Glibc

let arguments = CommandLine.arguments.dropFirst()
if arguments == ["--list"] {
    for operation in Operation.all { print(operation.name, operation.parts) }
} else if arguments.count == 2, let operation = Operation.all.first(where: { $0.name == arguments[1] }), let times = Int(arguments[2]) {
    try operation.run(times)
} else {
    print("usage: instructions --list | OPERATION TIMES")
    exit(64)
}
