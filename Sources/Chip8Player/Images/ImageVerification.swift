import Chip8Core
import SaveState

/// What was found out about a file with an image, beyond that it loads.
package struct ImageVerification {
  package let image: Image.Verification
  /// The machine's past, if the image has one.
  package let past: Past<Chip8>?
  /// Whether that leads to the machine.
  package let pastLeads: Bool?

  /// Reads all that is in a file.
  package init(_ path: String, _ dependencies: DependencyPaths) throws {
    let opened = try OpenedImage(path, dependencies)
    let (image, machine) = (opened.image, opened.machine)
    var files = dependencies.files(beside: path)
    self.image = try inFile(path) {
      // No machine follows from these, so nothing else looks at them.
      _ = try image.time()
      _ = try image.note()
      _ = try image.movie(of: machine)
      _ = try image.lastInstructions()
      _ = try SessionMetadata(image, of: machine)
      return try image.verification(Chip8.self, by: &files)
    }
    past = try inFile(path) { try image.past(of: machine) }
    var runner = machine
    runner.engine = .fast
    pastLeads = past?.leads(to: runner)
  }
}
