import Chip8Core
import Glibc
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
    self.path = path
    let file = try LoadedFile(path, isRestore: true)
    (inputs, diskPath) = (file.inputs, file.diskPath)
    do throws(ImageError) {
      image = try Image(file.bytes)
      machine = try dependencies.completed(image, at: diskPath, &inputs).machine()
    } catch { throw Failure.data(path, error) }
  }

  /// The image with all that it leaves out.
  mutating func flattened(_ dependencies: DependencyOptions) throws(Failure) -> Image {
    var files = dependencies.files(beside: diskPath)
    defer { inputs.add(files.inputs) }
    do throws(ImageError) {
      return try image.flattened(Chip8.self, by: &files)
    } catch { throw .data(path, error) }
  }
}

extension Chip8 {
  /// How long the machine has been on, in its own time.
  var machineTime: String {
    let seconds = state.frames / UInt64(state.configuration.platform.framesPerSecond)
    func two(_ number: UInt64) -> String { (number < 10 ? "0" : "") + "\(number)" }
    return "\(seconds / 3600):\(two(seconds / 60 % 60)):\(two(seconds % 60))"
  }
}

/// Seconds since 1970 as ISO 8601 has them, in UTC.
func dateText(_ time: UInt64) -> String {
  // An image can hold any time; gmtime_r knows the years that are an Int32.
  var seconds = time_t(min(time, 1 << 55))
  var date = tm()
  gmtime_r(&seconds, &date)
  var text = [CChar](repeating: 0, count: 32)
  let count = strftime(&text, text.count, "%Y-%m-%dT%H:%M:%SZ", &date)
  return String(decoding: text.prefix(count).map(UInt8.init(bitPattern:)), as: UTF8.self)
}
