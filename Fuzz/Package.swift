// swift-tools-version: 6.2
// Looks for inputs that break what reads files. A package of its own, so that users never build it:
// `make fuzz`. README.md says how.

import PackageDescription

let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .treatAllWarnings(as: .error),
]

/// An executable whose main function is libFuzzer's.
func fuzzer(_ name: String, _ products: [String]) -> Target {
  .executableTarget(
    name: name,
    dependencies: ["Fuzzing"] + products.map { .product(name: $0, package: "chip8") },
    swiftSettings: strict + [.unsafeFlags(["-parse-as-library"])])
}

let package = Package(
  name: "Fuzz",
  dependencies: [.package(name: "chip8", path: "..")],
  targets: [
    .target(
      name: "Fuzzing",
      dependencies: [
        .product(name: "Chip8Core", package: "chip8"),
        .product(name: "SaveState", package: "chip8"),
      ],
      swiftSettings: strict),
    fuzzer("calls", ["Chip8C", "Chip8Core", "SaveState"]),
    fuzzer("canary", ["Chip8Core", "SaveState"]),
    fuzzer("engines", ["Chip8Core", "SaveState"]),
    fuzzer("image", ["Chip8Core", "SaveState"]),
    fuzzer("journal", ["Chip8Core", "SaveState"]),
    fuzzer("octo", ["Chip8Core", "Octo", "SaveState"]),
    fuzzer("recordings", ["Chip8Core", "SaveState"]),
    fuzzer("roms", ["Chip8Core", "Octo", "SaveState"]),
    fuzzer("slots", ["Chip8Core", "Chip8Player", "SaveState"]),
  ]
)
