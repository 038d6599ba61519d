import Chip8Core
import Octo
import SaveState

extension Symbols {
  /// The symbols of a program that was just assembled from a file.
  init(of assembly: Assembly, file path: String, _ program: Program) {
    self.init(
      of: assembly, source: path.split(separator: "/").last.map(String.init) ?? path,
      sha1: "\(program.sha1)")
  }

  /// Reads the symbol file of a program; another program's would tell lies about it.
  init(contentsOf path: String, for program: Program, _ inputs: inout InputFiles) throws {
    let bytes = try inputs.read(path, limit: Symbols.byteCountMax)
    do throws(SymbolsError) {
      try self.init(file: bytes)
    } catch { throw Failure.data(path, error) }
    guard self.program.map({ $0.sha1 == "\(program.sha1)" }) ?? true else {
      throw Failure.data(
        path, "these are the symbols of another program than \(program.name); assemble it again")
    }
  }
}

/// The labels of a program, by their addresses.
struct AddressNames {
  /// The address of each name; of several the lowest.
  private let addresses: [String: UInt16]
  /// A name for each address that has one, in ascending order. Of several the first in the
  /// alphabet, so that it is always the same.
  private let labels: [(address: Int, name: String)]

  init(_ labels: Labels = Labels()) {
    addresses = Dictionary(labels.all.map { ($0.name, $0.address) }) { first, _ in first }
    var named: [(address: Int, name: String)] = []
    for label in labels.all where named.last?.address != Int(label.address) {
      named.append((Int(label.address), label.name))
    }
    self.labels = named
  }

  /// What an address is called, if it has a name of its own.
  func name(_ address: UInt16) -> String? {
    last(upTo: address).flatMap { $0.address == address ? $0.name : nil }
  }

  /// An address as seen from the last label before it.
  func place(of address: UInt16) -> String? {
    last(upTo: address).map {
      $0.address == address ? $0.name : "\($0.name)+\(Int(address) - $0.address)"
    }
  }

  private func last(upTo address: UInt16) -> (address: Int, name: String)? {
    var (low, high) = (0, labels.count)
    while low < high {
      let middle = (low + high) / 2
      if labels[middle].address <= address { low = middle + 1 } else { high = middle }
    }
    return low > 0 ? labels[low - 1] : nil
  }

  /// A condition with the address for a label.
  func resolve(_ condition: StopCondition) throws(Failure) -> StopCondition {
    guard case .label(let name) = condition else { return condition }
    return .pc(try address(of: name, for: "--until pc=\(name)"))
  }

  /// The address of a place that an option names.
  func address(of place: Place, for option: String) throws(Failure) -> Int {
    switch place {
    case .address(let address): return address
    case .label(let name): return Int(try address(of: name, for: "\(option) \(name)"))
    }
  }

  private func address(of label: String, for option: String) throws(Failure) -> UInt16 {
    guard !addresses.isEmpty else {
      throw .usage(
        "\(option): name the program's symbol file with --symbols, or play its source")
    }
    guard let address = addresses[label] else {
      throw .usage("\(option): the program has no label of that name")
    }
    return address
  }
}
