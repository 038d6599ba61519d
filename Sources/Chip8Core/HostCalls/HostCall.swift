/// What a program asks of the host, as its request block says: docs/HOST-CALLS.md.
public struct HostCall: Hashable, Sendable {
  /// How a program continues after it has saved itself.
  public enum Continuation: Hashable, Sendable {
    /// After the call.
    case proceed
    /// Not at all.
    case exit
    /// With a subroutine, which returns after the call.
    case call(UInt16)
  }

  /// The request.
  public enum Operation: Hashable, Sendable {
    /// An image of the machine.
    case save(Continuation)
    /// Another image in place of the machine, with arguments for the program in it.
    case restore([String])
    /// The arguments that the machine was resumed with. The machine answers that itself.
    case arguments
  }

  /// The bytes of a request block.
  public static let byteCount = 10
  /// The most characters of a name.
  public static let maxNameCount = 64

  /// The request.
  public let operation: Operation
  /// The name of the file: 1 to 64 of A–Z, a–z, 0–9, `.`, `_` and `-`, not beginning with `.`.
  /// Empty where the call names no file.
  public let name: String
  /// Where in the RAM arguments go.
  let buffer: Range<Int>

  /// Reads a request block. The program in the machine is not trusted: whatever leads out of the
  /// RAM is an error.
  ///
  /// - Parameter canCall: whether the stack has room for the continuation.
  init(at address: Int, in ram: UnsafeBufferPointer<UInt8>, canCall: Bool) throws(HostStatus) {
    guard address <= ram.count - HostCall.byteCount else { throw .badRequest }
    func word(_ offset: Int) -> Int {
      Int(ram[address + offset]) << 8 | Int(ram[address + offset + 1])
    }
    let (kind, continuation) = (ram[address], ram[address + 1])
    switch (kind, continuation) {
    case (1, 0): operation = .save(.proceed)
    case (1, 1): operation = .save(.exit)
    case (1, 2):
      guard word(4) <= ram.count - 2 else { throw .badRequest }
      guard canCall else { throw .stackFull }
      operation = .save(.call(UInt16(word(4))))
    case (2, 0): operation = .restore(try ram.arguments(at: word(6), count: word(8)))
    case (3, 0): operation = .arguments
    default: throw .badRequest
    }
    name = kind == 3 ? "" : try ram.name(at: word(2))
    guard kind == 2 || word(6) + word(8) <= ram.count else { throw .badRequest }
    buffer = kind == 2 ? 0..<0 : word(6)..<word(6) + word(8)
  }

  /// Whether a file may have a name.
  public static func isName(_ name: some Collection<UInt8>) -> Bool {
    (1...maxNameCount).contains(name.count) && name.first != UInt8(ascii: ".")
      && name.allSatisfy { byte in
        switch Character(UnicodeScalar(byte)) {
        case "A"..."Z", "a"..."z", "0"..."9", ".", "_", "-": true
        default: false
        }
      }
  }
}

extension UnsafeBufferPointer<UInt8> {
  /// The bytes from an address up to a zero, nil if there is none within `count` bytes.
  private func terminated(at address: Int, atMost count: Int) -> Slice<Self>? {
    guard address < self.count else { return nil }
    let bytes = self[address..<Swift.min(self.count, address + count + 1)]
    return bytes.firstIndex(of: 0).map { bytes[..<$0] }
  }

  fileprivate func name(at address: Int) throws(HostStatus) -> String {
    guard address < count else { throw .badRequest }
    guard
      let bytes = terminated(at: address, atMost: HostCall.maxNameCount), HostCall.isName(bytes)
    else { throw .badName }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Texts that follow each other, each with a zero after it.
  fileprivate func arguments(at address: Int, count: Int) throws(HostStatus) -> [String] {
    guard count <= Arguments.maxCount else { throw .badArguments }
    var arguments: [String] = []
    var next = address
    for _ in 0..<count {
      guard next < self.count else { throw .badRequest }
      guard
        let bytes = terminated(at: next, atMost: Arguments.maxByteCount),
        let text = String(validating: bytes, as: UTF8.self)
      else { throw .badArguments }
      arguments.append(text)
      next = bytes.endIndex + 1
    }
    guard Arguments.areAllowed(arguments) else { throw .badArguments }
    return arguments
  }
}
