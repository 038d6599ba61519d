import Chip8Core
import Chip8Player
import SaveState

/// A file with an image, and the machine in it.
struct OpenedImage {
  let path: String
  /// What looking for others begins beside.
  private let diskPath: String
  var image: Image
  let machine: Chip8
  /// Every file that was read for it.
  var inputs: InputFiles

  init(_ path: String, _ dependencies: DependencyOptions) throws {
    let file = try LoadedFile(path, isImageExpected: true)
    var inputs = file.inputs
    (image, machine) = try inFile(path) {
      let image = try Image(file.bytes)
      let whole = try dependencies.paths.completed(image, at: file.diskPath, &inputs)
      return (image, try whole.machine())
    }
    (self.path, diskPath, self.inputs) = (path, file.diskPath, inputs)
  }

  /// What the image says beside the machine, as far as that can be read.
  var metadata: SessionMetadata {
    var warnings: [Warning] = []
    let metadata = SessionMetadata(image, of: machine, in: path, &warnings)
    for warning in warnings { printError(warning.text) }
    return metadata
  }

  /// The image with all that it leaves out.
  mutating func flattened(_ dependencies: DependencyOptions) throws -> Image {
    var files = dependencies.paths.files(beside: diskPath)
    defer { inputs.add(files.inputs) }
    return try inFile(path) { try image.flattened(Chip8.self, by: &files) }
  }
}
