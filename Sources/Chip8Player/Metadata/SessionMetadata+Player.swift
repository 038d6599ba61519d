import Chip8Core
import SaveState

extension SessionMetadata {
  /// What the addresses are called.
  public var names: AddressNames { AddressNames(labels) }

  /// As much of it as can be read; the machine is whole either way.
  ///
  /// - Parameters:
  ///   - path: the file that the image comes from.
  ///   - warnings: to what is added what cannot be read.
  package init(
    _ image: Image, of machine: Chip8, in path: String, _ warnings: inout [Warning]
  ) {
    var unreadable: [Warning] = []
    self.init(readable: image, of: machine) {
      unreadable.append(.unreadableMetadata(path: path, $0))
    }
    warnings += unreadable
  }

  /// What of it holds for a machine that replaces another one: points and names are only
  /// for the program that they were given for.
  package func carried(to next: Chip8, after machine: Chip8) -> SessionMetadata {
    guard next.program != machine.program else { return self }
    var carried = self
    carried.breakpoints = []
    carried.watchpoints = []
    carried.labels = Labels()
    return carried
  }
}

extension Image {
  /// The image without anything that a ``SessionMetadata`` says.
  package var withoutMetadata: Image {
    var image = self
    image.setSettings(SessionMetadata())
    image.setLabels(Labels())
    return image
  }
}

extension LoadedMachine {
  /// How the program is shown.
  public var appearance: Appearance { Appearance(for: machine.program, metadata) }
}
