import Chip8Core
import Chip8Player
import Glibc
import JSON
import SaveState

struct ImageVerdict {
  private let file: String
  /// What was found out about it; nil if it does not load.
  private let found: Image.Verification?
  /// What is wrong, in a sentence.
  private let problem: String?
  private let code: Int32

  init(_ path: String, _ dependencies: DependencyOptions) {
    file = path
    do {
      let found = try OpenedImage(path, dependencies).verification(dependencies)
      (self.found, problem, code) = (found, found.problem, EX_DATAERR)
    } catch {
      let failure = Failure(error)
      (found, problem) = (nil, failure?.message ?? "\(error)")
      code = failure?.code ?? EX_SOFTWARE
    }
  }

  /// Why the command fails, if it does.
  var failure: Failure? {
    problem.map {
      Failure(message: found == nil ? $0 : "\(fileName(file)): \($0)", code: code)
    }
  }

  var json: JSONObject {
    [
      "file": file, "whole": found != nil, "canonical": found?.isCanonical,
      "witness": found?.witnessHolds, "problem": problem,
    ]
  }

  /// For an image that is as it should be.
  var text: String {
    let witness = found?.witnessHolds == nil ? "no witness" : "witness holds"
    return "\(fileName(file)): intact, canonical, \(witness)"
  }
}

extension Image.Verification {
  fileprivate var problem: String? {
    var problems: [String] = []
    if !isCanonical { problems.append("saving the machine again produces different sections") }
    if witnessHolds == false {
      problems.append(
        "the machine behaves differently in this version of chip8 than in the one that saved it")
    }
    return problems.isEmpty ? nil : "intact, but " + problems.joined(separator: ", and ")
  }
}

extension OpenedImage {
  fileprivate func verification(_ dependencies: DependencyOptions) throws -> Image.Verification {
    var files = dependencies.paths.files(beside: path)
    return try inFile(path) {
      // No machine follows from these, so nothing else looks at them.
      _ = try image.time()
      _ = try image.note()
      _ = try image.lastInstructions()
      _ = try SessionMetadata(image, of: machine)
      return try image.verification(Chip8.self, by: &files)
    }
  }
}
