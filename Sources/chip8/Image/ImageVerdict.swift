import Chip8Core
import Glibc
import SaveState

/// Whether an image is what it should be.
struct ImageVerdict: Encodable {
  let file: String
  /// Whether every digest, section and field is right, so that it loads.
  let whole: Bool
  /// Whether the machine, saved again, gives the same sections.
  let canonical: Bool?
  /// Whether the machine continues as the image says it will; nil if it says nothing.
  let witness: Bool?
  /// What is wrong, in a sentence.
  let problem: String?
  private let code: Int32

  private enum CodingKeys: CodingKey {
    case file, whole, canonical, witness, problem
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(file, forKey: .file)
    try container.encode(whole, forKey: .whole)
    try container.encode(canonical, forKey: .canonical)
    try container.encode(witness, forKey: .witness)
    try container.encode(problem, forKey: .problem)
  }

  init(_ path: String, _ dependencies: DependencyOptions) {
    file = path
    do {
      let opened = try OpenedImage(path, dependencies)
      let found = try opened.verification(dependencies)
      whole = true
      canonical = found.isCanonical
      witness = found.witnessHolds
      code = EX_DATAERR
      problem = ImageVerdict.problem(found)
    } catch {
      (whole, canonical, witness) = (false, nil, nil)
      let failure = Failure(error)
      problem = failure?.message ?? "\(error)"
      code = failure?.code ?? EX_SOFTWARE
    }
  }

  private static func problem(_ found: Image.Verification) -> String? {
    var problems: [String] = []
    if !found.isCanonical {
      problems.append("saving the machine again produces different sections")
    }
    if found.witnessHolds == false {
      problems.append(
        "the machine behaves differently in this version of chip8 than in the one that saved it")
    }
    return problems.isEmpty ? nil : "intact, but " + problems.joined(separator: ", and ")
  }

  /// Why the command fails, if it does.
  var failure: Failure? {
    problem.map { Failure(message: whole ? "\(fileName(file)): \($0)" : $0, code: code) }
  }

  /// For an image that is as it should be.
  var text: String {
    let witness = self.witness == nil ? "no witness" : "witness holds"
    return "\(fileName(file)): intact, canonical, \(witness)"
  }
}

extension OpenedImage {
  fileprivate func verification(
    _ dependencies: DependencyOptions
  ) throws(StorageError) -> Image.Verification {
    var files = dependencies.paths.files(beside: path)
    do throws(ImageError) {
      // No machine follows from these, so nothing else looks at them.
      _ = try image.time()
      _ = try image.note()
      _ = try image.lastInstructions()
      _ = try SessionMetadata(image, of: machine)
      return try image.verification(Chip8.self, by: &files)
    } catch { throw .image(path, error) }
  }
}
