import Chip8Core
import Octo
import SaveState

extension Symbols {
  /// The symbols of a program that was just assembled from a file.
  package init(of assembly: Assembly, file path: String, _ program: Program) {
    self.init(
      of: assembly, source: Storage.basename(of: path), sha1: "\(program.sha1)")
  }

  /// Reads the symbol file of a program; another program's would tell lies about it.
  package init(
    contentsOf path: String, for program: Program, _ inputs: inout InputFiles
  ) throws {
    let bytes = try inputs.read(path, limit: Symbols.maxByteCount)
    self = try inFile(path) { try Symbols(file: bytes) }
    guard self.program.map({ $0.sha1 == "\(program.sha1)" }) ?? true else {
      throw PlayerError.contents(path: path, ContentsError.otherProgram(program.name))
    }
  }
}

/// The labels of a program, by their addresses.
public struct AddressNames: Sendable {
  /// The address of each name; of several the lowest.
  private let addresses: [String: UInt16]
  /// A name for each address that has one, in ascending order. Of several the first in the
  /// alphabet, so that it is always the same.
  private let labels: [(address: Int, name: String)]

  /// The names that some labels give.
  public init(_ labels: Labels = Labels()) {
    addresses = Dictionary(labels.all.map { ($0.name, $0.address) }) { first, _ in first }
    var named: [(address: Int, name: String)] = []
    for label in labels.all where named.last?.address != Int(label.address) {
      named.append((Int(label.address), label.name))
    }
    self.labels = named
  }

  /// What an address is called, if it has a name of its own.
  public func name(_ address: UInt16) -> String? {
    last(upTo: address).flatMap { $0.address == address ? $0.name : nil }
  }

  /// An address as seen from the last label before it.
  public func place(of address: UInt16) -> String? {
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

  /// The address of a place.
  ///
  /// - Throws: ``PlayerError/request(_:)`` for a label that is not known.
  public func address(of place: Place, for use: LabelUse) throws -> Int {
    switch place {
    case .address(let address): return address
    case .label(let name):
      guard !addresses.isEmpty else { throw PlayerError.request(.noLabels(name, use)) }
      guard let address = addresses[name] else {
        throw PlayerError.request(.unknownLabel(name, use))
      }
      return Int(address)
    }
  }

  /// Bytes of the RAM from a place on.
  func range(
    of place: Place, byteCount: Int, within ramByteCount: Int, for use: LabelUse
  ) throws -> Watchpoint {
    let address = try address(of: place, for: use)
    guard
      address <= ramByteCount - byteCount, let first = UInt16(exactly: address),
      let count = UInt16(exactly: byteCount)
    else {
      throw PlayerError.request(
        .outsideRAM(use, address: address, byteCount: byteCount, ramByteCount: ramByteCount))
    }
    return Watchpoint(address: first, byteCount: count)
  }
}

/// A place in the program: an address, or a label that its symbols know the address of.
public enum Place: Hashable, Sendable {
  /// A number.
  case address(Int)
  /// The name of a label.
  case label(String)
}
