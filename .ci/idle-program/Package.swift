// swift-tools-version: 6.2
import PackageDescription

let subject = Context.environment["SUBJECT"] ?? "../.."
let identity = String(subject.split(separator: "/").last ?? "main")

let package = Package(
    name: "idle-program",
    platforms: [.macOS(.v15)],
    dependencies: [.package(path: subject)],
    targets: [
        .executableTarget(
            name: "idle",
            dependencies: ["KVMIrqfd", "EventFD", "Workqueue"].map { .product(name: $0, package: identity) }
        )
    ]
)
