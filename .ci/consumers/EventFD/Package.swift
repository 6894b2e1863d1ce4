// swift-tools-version: 6.2
// A package outside that uses EventFD, as an importer would. Build and run it from the top of the checkout:
//
//   SUBJECT=$PWD swift run --package-path .ci/consumers/EventFD --scratch-path .build-consumers -Xswiftc -warnings-as-errors
import PackageDescription

let package = Package(
    name: "consumer",
    platforms: [.macOS(.v15)],
    dependencies: [.package(name: "swift-irqfd", path: Context.environment["SUBJECT"] ?? "../../..")],
    targets: [
        .executableTarget(
            name: "EventFDConsumer",
            dependencies: ["EventFD", "WaitQueue"].map { .product(name: $0, package: "swift-irqfd") },
            path: ".",
            sources: ["main.swift"],
            swiftSettings: [
                .strictMemorySafety(),
                .enableUpcomingFeature("ExistentialAny"),
                .enableUpcomingFeature("MemberImportVisibility"),
            ]
        )
    ],
    swiftLanguageModes: [.v6]
)
