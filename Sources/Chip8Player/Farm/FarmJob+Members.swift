import JSON
import SaveState

extension JSONMembers {
  /// The job's name, if it has one.
  var id: FarmJobID? { self["id"].flatMap(FarmJobID.init) }

  func texts(_ name: String) throws(JSONError) -> [String] {
    let elements = try value(name, "an array", \.elements) ?? []
    var texts: [String] = []
    for (index, element) in elements.enumerated() {
      guard let text = element.text else {
        throw JSONError(path: [name, "\(index)"], "is not a text")
      }
      texts.append(text)
    }
    return texts
  }
}

/// The name of a job: a text or a whole number, which its row has as it is.
enum FarmJobID: Hashable {
  case text(String)
  case number(Int64)

  init?(_ value: JSONValue) {
    if let number = value.integer(Int64.self) {
      self = .number(number)
    } else if let text = value.text {
      self = .text(text)
    } else {
      return nil
    }
  }

  /// As the row has it.
  var value: any JSONMember {
    switch self {
    case .text(let text): text
    case .number(let number): number
    }
  }
}
