import Chip8Core
import SaveState

/// A file with an image, and the machine in it.
package struct OpenedImage {
  package let path: String
  /// What looking for others begins beside.
  private let diskPath: String
  package var image: Image
  package let machine: Chip8
  /// Every file that was read for it.
  package var inputs: InputFiles

  package init(_ path: String, _ dependencies: DependencyPaths) throws {
    let file = try LoadedFile(path, isImageExpected: true)
    var inputs = file.inputs
    (image, machine) = try inFile(path) {
      let image = try Image(file.bytes)
      let whole = try dependencies.completed(image, at: file.diskPath, &inputs)
      return (image, try whole.machine())
    }
    (self.path, diskPath, self.inputs) = (path, file.diskPath, inputs)
  }

  /// What the image says beside the machine, as far as that can be read.
  package func metadata(_ warnings: inout [Warning]) -> SessionMetadata {
    SessionMetadata(image, of: machine, in: path, &warnings)
  }

  /// The image with all that it leaves out.
  package mutating func flattened(_ dependencies: DependencyPaths) throws -> Image {
    var files = dependencies.files(beside: diskPath)
    defer { inputs.add(files.inputs) }
    return try inFile(path) { try image.flattened(Chip8.self, by: &files) }
  }

  /// Changes what the image says beside the machine.
  package mutating func setMetadata(_ request: MetadataRequest) throws {
    if request.forgetsSaved { image = image.withoutMetadata }
    let saved = try inFile(path) { try SessionMetadata(image, of: machine) }
    let metadata = try request.given(for: machine, over: saved, &inputs).over(saved)
    metadata.put(into: &image, of: machine)
    guard SessionMetadata(readable: image, of: machine) == metadata else {
      throw PlayerError.contents(path: path, ContentsError.noSpaceLeft)
    }
  }

  /// Writes an image of the same machine to a file, or in the place of this one. A program that comes before
  /// that goes along, and can be run there too.
  package func save(_ image: Image, to output: String?) throws {
    let output = output ?? path
    guard output != path, !Storage.isSameFile(output, path) else {
      return try image.rewrite(output, apartFrom: inputs)
    }
    try image.save(to: output, after: Image.Prelude(at: path), apartFrom: inputs)
  }
}
