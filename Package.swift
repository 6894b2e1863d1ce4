// swift-tools-version: 6.2
import PackageDescription

let products = ["EventFD", "WaitQueue", "Workqueue", "KVMIrqfd"]

let package = Package(
    name: "swift-irqfd",
    platforms: [.macOS(.v15)],
    products: products.map { .library(name: $0, targets: [$0]) },
    traits: [
        .trait(
            name: "ScheduleExploration",
            description: "Locks, atomics, parking, threads and clocks ask a scheduler, where a test installed one. Never for production."
        )
    ],
    targets: [
        .target(name: "CKernelPrimitives"),
        .target(name: "KernelPrimitives", dependencies: ["CKernelPrimitives"]),
        .target(name: "WaitQueue", dependencies: ["KernelPrimitives"]),
        .target(name: "Workqueue", dependencies: ["KernelPrimitives"]),
        .target(name: "EventFD", dependencies: ["WaitQueue", "KernelPrimitives"]),
        .target(name: "KVMIrqfd", dependencies: ["EventFD", "WaitQueue", "Workqueue", "KernelPrimitives"]),

        .target(name: "TestSupport", dependencies: ["KernelPrimitives"], path: "Tests/TestSupport"),
        .target(name: "ScheduleExplorer", dependencies: ["KernelPrimitives", "CKernelPrimitives"], path: "Tests/ScheduleExplorer"),
        .testTarget(name: "KernelPrimitivesTests", dependencies: ["KernelPrimitives", "TestSupport"]),
        .testTarget(name: "WaitQueueTests", dependencies: ["WaitQueue", "TestSupport"]),
        .testTarget(name: "WorkqueueTests", dependencies: ["Workqueue", "TestSupport"]),
        .testTarget(name: "EventFDTests", dependencies: ["EventFD", "WaitQueue", "TestSupport"]),
        .testTarget(name: "KVMIrqfdTests", dependencies: ["KVMIrqfd", "EventFD", "WaitQueue", "Workqueue", "TestSupport"]),
        .testTarget(
            name: "ScheduleTests",
            dependencies: ["ScheduleExplorer", "KVMIrqfd", "EventFD", "WaitQueue", "Workqueue", "KernelPrimitives", "CKernelPrimitives"]
        ),
    ],
    swiftLanguageModes: [.v6]
)

for target in package.targets where target.name != "CKernelPrimitives" {
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
