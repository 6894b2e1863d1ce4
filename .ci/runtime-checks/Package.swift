// swift-tools-version: 6.2
import PackageDescription

let subject = Context.environment["SUBJECT"] ?? "../.."
let identity = String(subject.split(separator: "/").last ?? "main")

func products(_ names: String...) -> [Target.Dependency] { names.map { .product(name: $0, package: identity) } }

let package = Package(
    name: "runtime-checks",
    platforms: [.macOS(.v15)],
    dependencies: [.package(path: subject)],
    targets: [
        .executableTarget(name: "idle", dependencies: products("KVMIrqfd", "EventFD", "Workqueue")),
        .target(name: "CheckSupport", dependencies: products("KVMIrqfd", "EventFD", "Workqueue")),
        .target(name: "CountedSection"),
        .executableTarget(
            name: "instructions",
            dependencies: ["CountedSection", "CheckSupport"] + products("KVMIrqfd", "EventFD", "WaitQueue", "Workqueue")
        ),
        .target(name: "CountingAllocator"),
        .executableTarget(
            name: "allocations",
            dependencies: ["CountingAllocator", "CheckSupport"] + products("KVMIrqfd", "EventFD", "WaitQueue", "Workqueue")
        ),
    ]
)
