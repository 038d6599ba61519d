import Chip8Core
import Chip8Player
import Glibc
import JSON
import SaveState

struct ImageVerdict: FileVerdict {
  private let file: String
  /// What was found out about it; nil if it does not load.
  private let found: Image.Verification?
  /// Where the machine's past begins and whether it leads to the machine, if the image has one.
  private let past: (start: String, leads: Bool)?
  /// What is wrong, in a sentence.
  private let problem: String?
  private let code: Int32

  init(_ path: String, _ dependencies: DependencyOptions) {
    file = path
    do {
      let opened = try OpenedImage(path, dependencies)
      let found = try opened.verification(dependencies)
      past = try opened.past()
      (self.found, code) = (found, EX_DATAERR)
      problem = found.problem(pastLeads: past?.leads)
    } catch {
      let failure = Failure(error)
      (found, past, problem) = (nil, nil, failure?.message ?? "\(error)")
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
      "witness": found?.witnessHolds, "past": past?.leads, "problem": problem,
    ]
  }

  /// For an image that is as it should be.
  var text: String {
    let witness = found?.witnessHolds == nil ? "no witness" : "witness holds"
    let past = past.map { ", past proved from \($0.start)" } ?? ""
    return "\(fileName(file)): intact, canonical, \(witness)\(past)"
  }
}

extension Image.Verification {
  fileprivate func problem(pastLeads: Bool?) -> String? {
    var problems: [String] = []
    if !isCanonical { problems.append("saving the machine again produces different sections") }
    if witnessHolds == false {
      problems.append(
        "the machine behaves differently in this version of chip8 than in the one that saved it")
    }
    if pastLeads == false {
      problems.append("its past does not lead to its machine")
    }
    return problems.isEmpty ? nil : "intact, but " + problems.joined(separator: ", and ")
  }
}

extension OpenedImage {
  fileprivate func past() throws -> (start: String, leads: Bool)? {
    guard let past = try inFile(path, { try image.past(of: machine) }) else { return nil }
    var runner = machine
    runner.engine = .fast
    return (past.startText, past.leads(to: runner))
  }

  fileprivate func verification(_ dependencies: DependencyOptions) throws -> Image.Verification {
    var files = dependencies.paths.files(beside: path)
    return try inFile(path) {
      // No machine follows from these, so nothing else looks at them.
      _ = try image.time()
      _ = try image.note()
      _ = try image.movie(of: machine)
      _ = try image.lastInstructions()
      _ = try SessionMetadata(image, of: machine)
      return try image.verification(Chip8.self, by: &files)
    }
  }
}
