import Chip8Player
import Glibc
import JSON
import SaveState

/// Whether a file holds what an image should hold.
struct ImageVerdict: FileVerdict {
  private let file: String
  /// What was found out about it, or why it does not load.
  private let found: Result<ImageVerification, Failure>

  init(_ path: String, _ dependencies: DependencyOptions) {
    file = path
    do { found = .success(try ImageVerification(path, dependencies.paths)) } catch {
      found = .failure(Failure(any: error))
    }
  }

  private var verification: ImageVerification? { try? found.get() }

  /// Why the command fails, if it does.
  var failure: Failure? {
    switch found {
    case .failure(let failure): failure
    case .success(let found):
      found.problem.map { Failure(message: "\(inputName(file)): \($0)", code: EX_DATAERR) }
    }
  }

  var json: JSONObject {
    [
      "file": file, "whole": verification != nil, "canonical": verification?.image.isCanonical,
      "witness": verification?.image.witnessHolds, "past": verification?.pastLeads,
      "problem": verification.map(\.problem) ?? failure?.message,
    ]
  }

  /// For an image that is as it should be.
  var text: String {
    let witness = verification?.image.witnessHolds == nil ? "no witness" : "witness holds"
    let past = verification?.past.map { ", past proved from \($0.startText)" } ?? ""
    return "\(inputName(file)): intact, canonical, \(witness)\(past)"
  }
}

extension ImageVerification {
  /// What is wrong, in a sentence.
  fileprivate var problem: String? {
    var problems: [String] = []
    if !image.isCanonical {
      problems.append("saving the machine again produces different sections")
    }
    if image.witnessHolds == false {
      problems.append(
        "the machine behaves differently in this version of chip8 than in the one that saved it")
    }
    if pastLeads == false {
      problems.append("its past does not lead to its machine")
    }
    return problems.isEmpty ? nil : "intact, but " + problems.joined(separator: ", and ")
  }
}
