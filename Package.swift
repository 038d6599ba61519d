// swift-tools-version: 6.2
// Targets and the arrows between them: docs/ARCHITECTURE.md.

import PackageDescription

let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .treatAllWarnings(as: .error),
]

// Processors predict the jumps between the interpreter's handlers better if no two share a cache line.
// SwiftPM refuses such options in packages that others depend on, so only Scripts/build.sh asks for it.
let aligned: [SwiftSetting] =
  Context.environment["CHIP8_ALIGNED"] == nil
  ? [] : [.unsafeFlags(["-Xllvm", "-align-all-functions=7"])]

let package = Package(
  name: "chip8",
  products: [
    .executable(name: "chip8", targets: ["chip8"]),
    // Scripts/link-library.sh links it to libchip8.so.
    .library(name: "Chip8C", type: .static, targets: ["CChip8", "Chip8C"]),
    // The same to chip8_libretro.so.
    .library(name: "Libretro", type: .static, targets: ["CLibretro", "Libretro"]),
    .library(name: "Chip8Core", targets: ["Chip8Core"]),
    .library(name: "Chip8Player", targets: ["Chip8Player"]),
    .library(name: "Octo", targets: ["Octo"]),
    .library(name: "SaveState", targets: ["SaveState"]),
  ],
  traits: [
    .default(enabledTraits: ["SDL"]),
    .trait(name: "SDL", description: "Play in a window. Without it chip8 is headless."),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0")
  ],
  targets: [
    .target(
      name: "SaveState",
      dependencies: ["CDeflate", "CLinux", "CNettle", "CZlib"],
      swiftSettings: strict),
    .target(
      name: "Chip8Core",
      dependencies: ["CLinux", "SaveState"],
      resources: [
        .embedInCode("Platforms/programs.tsv"), .embedInCode("Platforms/archive.tsv"),
        .embedInCode("Platforms/more-programs.tsv"),
      ],
      swiftSettings: strict + aligned),
    .target(name: "JSON", dependencies: ["CJansson"], swiftSettings: strict),
    .target(name: "Octo", dependencies: ["JSON"], swiftSettings: strict),
    .target(
      name: "Chip8Player",
      dependencies: [
        "CDeflate", "CGIF", "Chip8Core", "CLinux", "CTOML", "JSON", "Octo", "SaveState",
      ],
      resources: [
        .embedInCode("Input/keys.tsv"), .embedInCode("Library/backfire.ch8"),
        .embedInCode("Library/hearth.ch8"), .embedInCode("Library/lace.ch8"),
        .embedInCode("Library/loom.ch8"), .embedInCode("Library/schuss.ch8"),
        .embedInCode("Library/swingby.ch8"),
      ],
      swiftSettings: strict),
    .target(
      name: "Chip8C",
      dependencies: ["CChip8", "Chip8Core", "Chip8Player", "SaveState"],
      swiftSettings: strict),
    .target(
      name: "Libretro",
      dependencies: ["CLibretro", "Chip8Core", "Chip8Player", "SaveState"],
      exclude: ["chip8_libretro.info"],
      swiftSettings: strict),
    .executableTarget(
      name: "chip8",
      dependencies: [
        "CChafa",
        "Chip8Core",
        "Chip8Player",
        "CPNG",
        "CStandalone",
        "CTerminal",
        "JSON",
        "Octo",
        "SaveState",
        .target(name: "CPango", condition: .when(traits: ["SDL"])),
        .target(name: "CSDL2", condition: .when(traits: ["SDL"])),
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: strict),

    .target(name: "CChafa", linkerSettings: [.linkedLibrary("dl")]),
    .target(name: "CChip8"),
    .target(name: "CLibretro"),
    .target(name: "CLinux"),
    .systemLibrary(name: "CDeflate", providers: [.apt(["libdeflate-dev"])]),
    .systemLibrary(name: "CGIF", providers: [.apt(["libgif-dev"])]),
    .systemLibrary(name: "CJansson", providers: [.apt(["libjansson-dev"])]),
    .systemLibrary(name: "CNettle", providers: [.apt(["nettle-dev"])]),
    .systemLibrary(name: "CPNG", providers: [.apt(["libpng-dev"])]),
    .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),

    .target(
      name: "CPango",
      cSettings: [.define("SDL", .when(traits: ["SDL"]))],
      linkerSettings: [.linkedLibrary("dl")]),
    .target(
      name: "CSDL2",
      cSettings: [.define("SDL", .when(traits: ["SDL"]))],
      linkerSettings: [.linkedLibrary("dl")]),
    .target(name: "CStandalone"),
    .target(name: "CTOML"),
    .target(name: "CTerminal"),

    .testTarget(name: "ArchitectureTests", swiftSettings: strict),
    .testTarget(name: "SaveStateTests", dependencies: ["SaveState"], swiftSettings: strict),
    .testTarget(
      name: "Chip8CoreTests",
      dependencies: ["Chip8Core", "Octo", "SaveState"],
      swiftSettings: strict),
    .testTarget(
      name: "Chip8CTests",
      dependencies: ["CChip8", "Chip8C", "Chip8Core", "Chip8Player", "SaveState"],
      exclude: ["Support"],
      swiftSettings: strict),
    .testTarget(
      name: "Chip8PlayerTests",
      dependencies: ["Chip8Core", "Chip8Player", "Octo", "SaveState"],
      swiftSettings: strict),
    .testTarget(name: "JSONTests", dependencies: ["JSON"], swiftSettings: strict),
    .testTarget(name: "OctoTests", dependencies: ["Octo"], swiftSettings: strict),
    .testTarget(
      name: "chip8Tests",
      dependencies: [
        "CDeflate", "Chip8Core", "Chip8Player", "CPNG", "SaveState", "chip8",
        .target(name: "CSDL2", condition: .when(traits: ["SDL"])),
      ],
      exclude: ["Support/drop.py"],
      swiftSettings: strict),
  ],
  cxxLanguageStandard: .cxx17
)
