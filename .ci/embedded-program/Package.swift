// swift-tools-version: 6.2
// A program in Embedded Swift. That is a mode of the whole build, and so it is on the command line. From the top of the checkout:
//
//   library=$(dirname "$(command -v swiftc)")/../lib/swift/embedded/$(uname -m)-unknown-linux-gnu
//   SUBJECT=$PWD swift run --package-path .ci/embedded-program --scratch-path .build-embedded/package -c release \
//       -Xswiftc -enable-experimental-feature -Xswiftc Embedded -Xswiftc -wmo -Xswiftc -Osize \
//       -Xswiftc -Xfrontend -Xswiftc -function-sections -Xlinker "-L$library"
import PackageDescription

let package = Package(
    name: "embedded-program",
    platforms: [.macOS(.v15)],
    dependencies: [.package(name: "swift-irqfd", path: Context.environment["SUBJECT"] ?? "../..")],
    targets: [
        .executableTarget(
            name: "EmbeddedProgram",
            dependencies: ["KVMIrqfd", "EventFD", "Workqueue"].map { .product(name: $0, package: "swift-irqfd") },
            path: ".",
            exclude: ["expected", "arc4random_buf.c"],
            sources: ["main.swift"],
            swiftSettings: [
                .strictMemorySafety(),
                .enableUpcomingFeature("ExistentialAny"),
                .enableUpcomingFeature("MemberImportVisibility"),
            ],
            // The second is a part of Embedded Swift's own library: what people take for a character, which some strings are asked for.
            linkerSettings: [.linkedLibrary("m"), .linkedLibrary("swiftUnicodeDataTables")]
        )
    ],
    swiftLanguageModes: [.v6]
)
