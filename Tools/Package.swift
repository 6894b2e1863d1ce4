// swift-tools-version: 6.2
// The command-line tool lives in a package of its own, so that nobody who imports the library resolves what only the tool needs.
import PackageDescription

let package = Package(
    name: "swift-irqfd-tools",
    platforms: [.macOS(.v15)],
    products: [.executable(name: "irqfd", targets: ["irqfd"])],
    dependencies: [
        .package(name: "swift-irqfd", path: ".."),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    ],
    targets: [
        .target(name: "CKVM"),
        .target(name: "CLinux"),
        .target(name: "CFloors"),
        .target(name: "GuestKit", dependencies: ["CKVM"]),
        .executableTarget(
            name: "irqfd",
            dependencies: [
                "CKVM",
                "CLinux",
                "CFloors",
                "GuestKit",
                .product(name: "WaitQueue", package: "swift-irqfd"),
                .product(name: "EventFD", package: "swift-irqfd"),
                .product(name: "Workqueue", package: "swift-irqfd"),
                .product(name: "KVMIrqfd", package: "swift-irqfd"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Histogram", package: "hdrhistogram-swift"),
            ]
        ),
        .executableTarget(
            name: "nio-example",
            dependencies: [
                .product(name: "EventFD", package: "swift-irqfd"),
                .product(name: "KVMIrqfd", package: "swift-irqfd"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ]
        ),
        .testTarget(name: "GuestKitTests", dependencies: ["GuestKit"]),
        .testTarget(
            name: "irqfdTests",
            dependencies: [
                "irqfd",
                "GuestKit",
                .product(name: "WaitQueue", package: "swift-irqfd"),
                .product(name: "EventFD", package: "swift-irqfd"),
                .product(name: "Workqueue", package: "swift-irqfd"),
                .product(name: "KVMIrqfd", package: "swift-irqfd"),
            ]
        ),
    ],
    swiftLanguageModes: [.v6]
)

for target in package.targets where !["CKVM", "CLinux", "CFloors"].contains(target.name) {
    target.swiftSettings = [
        .strictMemorySafety(),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
        .enableUpcomingFeature("InferIsolatedConformances"),
        .enableUpcomingFeature("ImmutableWeakCaptures"),
    ]
}
