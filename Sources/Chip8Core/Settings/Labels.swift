/// What an address is called.
public struct Label: Hashable, Comparable, Sendable {
  /// The address.
  public let address: UInt16
  /// The name, 1 to 255 bytes of UTF-8.
  public let name: String

  /// A name for an address; nil if it is empty or too long.
  public init?(_ name: String, at address: UInt16) {
    guard (1...255).contains(name.utf8.count) else { return nil }
    self.address = address
    self.name = name
  }

  /// Equal if the bytes are: names are bytes before they are text.
  public static func == (a: Label, b: Label) -> Bool {
    a.address == b.address && a.name.utf8.elementsEqual(b.name.utf8)
  }

  /// By what makes labels equal.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(address)
    for byte in name.utf8 { hasher.combine(byte) }
  }

  /// By addresses, then by the bytes of the names.
  public static func < (a: Label, b: Label) -> Bool {
    a.address == b.address
      ? a.name.utf8.lexicographicallyPrecedes(b.name.utf8) : a.address < b.address
  }
}

/// What the addresses of a program are called: as many names as an image has room for.
public struct Labels: Hashable, Sendable {
  /// In ascending order, none twice.
  public let all: [Label]

  /// The most bytes of names that there can be, with their addresses.
  public static let maxByteCount = 4 << 20

  /// No names.
  public init() { all = [] }

  /// These names; nil if they are too many.
  public init?(_ labels: some Sequence<Label>) {
    let sorted = Set(labels).sorted()
    guard sorted.reduce(0, { $0 + $1.byteCount }) <= Labels.maxByteCount else { return nil }
    all = sorted
  }
}

extension Label {
  /// How many bytes it has in an image.
  fileprivate var byteCount: Int { 3 + name.utf8.count }
}
