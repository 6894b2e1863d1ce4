// swift-tools-version: 6.2
// The benchmarks live in a package of their own, so that nobody who imports the library resolves what only they need.
import PackageDescription

let package = Package(
    name: "swift-irqfd-benchmarks",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(name: "swift-irqfd", path: ".."),
        // Without its traits: what they need cannot be had everywhere, and what is allocated, .ci/runtime counts.
        .package(url: "https://github.com/ordo-one/benchmark", from: "1.38.1", traits: []),
    ],
    targets: [
        .target(name: "CFloors"),
        .executableTarget(
            name: "Operations",
            dependencies: [
                "CFloors",
                .product(name: "WaitQueue", package: "swift-irqfd"),
                .product(name: "EventFD", package: "swift-irqfd"),
                .product(name: "Workqueue", package: "swift-irqfd"),
                .product(name: "KVMIrqfd", package: "swift-irqfd"),
                .product(name: "Benchmark", package: "benchmark"),
            ],
            path: "Benchmarks/Operations",
            plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")]
        ),
    ],
    swiftLanguageModes: [.v6]
)

for target in package.targets where target.name != "CFloors" {
    target.swiftSettings = [
        // Here, and not on a command line: the benchmark plugin starts the build.
        .treatAllWarnings(as: .error),
        .strictMemorySafety(),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
        .enableUpcomingFeature("InferIsolatedConformances"),
        .enableUpcomingFeature("ImmutableWeakCaptures"),
    ]
}
