// What was chosen of a program's machine while playing: docs/CONFIGURATION.md.

import Chip8Core

extension Settings {
  /// What of a machine differs from what its program wants.
  ///
  /// - Parameter own: the machine that the program wants.
  init(machine configuration: Configuration, of own: Configuration) {
    self.init()
    let platform = configuration.platform
    let usual = own.standard(on: platform)
    let changed = configuration.quirks.symmetricDifference(usual.quirks)
    if platform != own.platform { take(.platform, platform.rawValue) }
    if !changed.isEmpty {
      let choices = Quirks.named.filter { changed.contains($0.quirk) }.map {
        QuirkChoice($0.quirk, of: configuration)
      }
      take(.quirk, choices.settingText)
    }
    let count = configuration.instructionsPerFrame
    if configuration.timing == .ipf, count != usual.instructionsPerFrame { take(.ipf, "\(count)") }
  }

  /// Those of the machine.
  var machine: Settings {
    var machine = self
    for setting in Setting.configurable { machine.remove(setting) }
    return machine
  }

  /// The same, with another machine.
  func with(machine: Settings) -> Settings {
    var settings = self
    for setting in Setting.machine { settings.remove(setting) }
    return machine.over(settings)
  }
}

extension MachineRequest {
  /// This, and what was chosen while playing. A machine requested by its platform or its timing is
  /// another one than that.
  func over(_ chosen: Settings) -> MachineRequest {
    guard platform == nil, timing == nil else { return self }
    var request = self
    request.platform = chosen[.platform].flatMap { Platform(rawValue: $0) }
    request.quirks = (chosen[.quirk].flatMap { [QuirkChoice](settingText: $0) } ?? []) + quirks
    request.instructionsPerFrame = instructionsPerFrame ?? chosen[.ipf].flatMap { Int(decimal: $0) }
    return request
  }
}

extension Configuration {
  /// The usual machine of a platform for a program that wants this machine: this one on its own platform, and
  /// elsewhere the platform's.
  package func standard(on platform: Platform) -> Configuration {
    platform == self.platform ? self : Configuration(platform)
  }
}

extension [QuirkChoice] {
  /// Quirks as a setting has them; nil for other texts.
  init?(settingText: String) {
    self = []
    for entry in settingText.split(separator: ",", omittingEmptySubsequences: false) {
      guard let choice = try? QuirkChoice(entry) else { return nil }
      append(choice)
    }
  }

  var settingText: String { map(\.text).joined(separator: ",") }
}
