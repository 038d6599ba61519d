import CChip8

/// Why a call has done nothing.
struct CallError: Error {
  let code: Int32
  /// One sentence for the user.
  let text: String

  init(_ code: Int, _ text: String) {
    (self.code, self.text) = (Int32(code), text)
  }

  static func argument(_ text: String) -> CallError { CallError(CHIP8_ERROR_ARGUMENT, text) }
  static func data(_ text: String) -> CallError { CallError(CHIP8_ERROR_DATA, text) }
  static func refused(_ text: String) -> CallError { CallError(CHIP8_ERROR_REFUSED, text) }

  /// A pointer that is missing.
  static func missing(_ name: StaticString) -> CallError { .argument("\(name) is NULL") }

  static let noMoreHandles = CallError(
    CHIP8_ERROR_LIMIT, "there are \(CHIP8_MAX_HANDLES) handles already; destroy some")

  /// A handle that stands for nothing of its kind.
  static func handle(_ name: StaticString) -> CallError {
    CallError(CHIP8_ERROR_HANDLE, "\(name) is not a handle of that kind, or was destroyed")
  }
}

/// Performs a call without a handle to note an error in.
///
/// - Parameters:
///   - message: gets the sentence, as much of it as fits.
///   - messageSize: bytes of it.
func reporting(
  to message: UnsafeMutablePointer<CChar>?, _ messageSize: Int,
  _ body: () throws(CallError) -> Void
) -> Int32 {
  do throws(CallError) {
    try body()
    return 0
  } catch {
    guard let message, messageSize > 0 else { return error.code }
    // A character of several bytes is there as a whole, or not at all.
    var text = Substring(error.text)
    while text.utf8.count >= messageSize { text = text.dropLast() }
    for (k, byte) in text.utf8.enumerated() { message[k] = CChar(bitPattern: byte) }
    message[text.utf8.count] = 0
    return error.code
  }
}

/// Reads a struct of a caller who may know another version of it. Members that it lacks are zero.
func read<Value>(
  _ pointer: UnsafePointer<Value>?, _ name: StaticString, into value: inout Value
) throws(CallError) {
  guard let pointer else { throw .missing(name) }
  let bytes = UnsafeRawBufferPointer(start: pointer, count: try structSize(pointer, name))
  withUnsafeMutableBytes(of: &value) { $0.copyBytes(from: bytes.prefix($0.count)) }
  guard bytes.dropFirst(MemoryLayout<Value>.size).allSatisfy({ $0 == 0 }) else {
    throw .argument("\(name) has members that are not supported by this version of the library")
  }
}

/// Writes as much of a struct as the caller knows of it.
func write<Value>(
  _ value: Value, to pointer: UnsafeMutablePointer<Value>?, _ name: StaticString
) throws(CallError) {
  guard let pointer else { throw .missing(name) }
  let size = try structSize(UnsafePointer(pointer), name)
  let out = UnsafeMutableRawBufferPointer(start: pointer, count: size)
  withUnsafeBytes(of: value) { bytes in
    for k in MemoryLayout<Int>.size..<min(size, bytes.count) { out[k] = bytes[k] }
  }
}

/// The size that a struct claims, which is its first member.
func structSize<Value>(
  _ pointer: UnsafePointer<Value>, _ name: StaticString
) throws(CallError) -> Int {
  let size = UnsafeRawPointer(pointer).load(as: Int.self)
  guard (MemoryLayout<Int>.size...4096).contains(size) else {
    throw .argument("struct_size of \(name) is \(size); it must be the struct's sizeof")
  }
  return size
}

/// The text that a caller hands in; nil for none.
func text(_ pointer: UnsafePointer<CChar>?, _ name: StaticString) throws(CallError) -> String? {
  guard let pointer else { return nil }
  guard let text = String(validatingCString: pointer) else {
    throw .argument("\(name) is not UTF-8")
  }
  return text
}

/// The bytes that a caller hands in.
func bytes(
  _ pointer: UnsafeRawPointer?, _ size: Int, _ name: StaticString
) throws(CallError) -> UnsafeRawBufferPointer {
  guard size >= 0 else { throw .argument("the size of \(name) is larger than any memory") }
  guard pointer != nil || size == 0 else { throw .missing(name) }
  return UnsafeRawBufferPointer(start: pointer, count: size)
}
