// swift-tools-version: 6.2
// Measures the machine. A package of its own, so that users never build it: `make benchmark`.

import PackageDescription

let package = Package(
  name: "Benchmarks",
  dependencies: [.package(name: "chip8", path: "..")],
  targets: [
    .executableTarget(
      name: "Benchmarks",
      dependencies: [
        "Launcher",
        "Yardstick",
        .product(name: "Chip8C", package: "chip8"),
        .product(name: "Chip8Core", package: "chip8"),
        .product(name: "Chip8Player", package: "chip8"),
        .product(name: "Libretro", package: "chip8"),
        .product(name: "Octo", package: "chip8"),
        .product(name: "SaveState", package: "chip8"),
      ],
      swiftSettings: [.swiftLanguageMode(.v6), .treatAllWarnings(as: .error)]),
    .executableTarget(name: "Launcher"),
    // As a person would compile it who wants it to be fast.
    .target(
      name: "Yardstick",
      cSettings: [.unsafeFlags(["-O3", "-march=native", "-Wall", "-Wextra", "-Werror"])]),
  ]
)
