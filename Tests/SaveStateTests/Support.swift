// A machine that is no CHIP-8, images by hand, and directories to write in.

import Foundation
import SaveState
import Synchronization

/// A counter with some memory and something to press. It keeps the engine from knowing CHIP-8.
struct Toy: Machine, Equatable {
  static let kind = Tag("TOY!")
  static let sections: [SectionKind] = [
    .state(counterTag), .state(memoryTag), .ancillary(Tag("MEMO"), isSafeToCopy: true),
  ]
  static let features: Set<String> = ["large"]
  static let counterTag = Tag("CNTR")
  static let memoryTag = Tag("MEM ")
  static let memoryByteCount = 64
  /// The instructions of a frame.
  static let frameCount: UInt64 = 100

  private(set) var program: Program
  var counter: UInt32 = 0
  var memory: [UInt8]
  /// What is held down, and not saved.
  private(set) var weight: UInt8 = 0

  init(_ program: Program, memoryByteCount: Int = memoryByteCount) {
    self.program = program
    memory = Toy.base(program, memoryByteCount)
  }

  /// The memory at power-on: the program over and over.
  static func base(_ program: Program, _ count: Int = memoryByteCount) -> [UInt8] {
    (0..<count).map { program.bytes[$0 % program.bytes.count] }
  }

  enum Input: TapeInput {
    /// A weight that counts where a frame begins, from the next one on.
    case weight(UInt8)
    /// A byte for the memory.
    case byte(Int, UInt8)
    /// Another program, and its memory.
    case program(UInt8)

    func encode(into writer: inout ByteWriter) {
      switch self {
      case .weight(let weight): writer.append(contentsOf: [0, weight])
      case .byte(let address, let byte):
        writer.append(UInt8(1))
        writer.append(varint: UInt64(address))
        writer.append(byte)
      case .program(let byte): writer.append(contentsOf: [2, byte])
      }
    }

    init(decoding reader: inout ByteReader) throws(TapeError) {
      guard let code = reader.next(UInt8.self) else { throw .truncated }
      guard code <= 2 else { throw .unknownInput(code) }
      var address = 0
      if code == 1 {
        guard let given = reader.nextVarint() else { throw .truncated }
        guard given < 4096 else { throw .badInput("address \(given)") }
        address = Int(given)
      }
      guard let byte = reader.next(UInt8.self) else { throw .truncated }
      self = [.weight(byte), .byte(address, byte), .program(byte)][Int(code)]
    }
  }

  struct InputRefusal: Error, Equatable {
    let address: Int
  }

  mutating func apply(_ input: Input) throws(InputRefusal) {
    switch input {
    case .weight(let weight): self.weight = weight
    case .byte(let address, let byte):
      guard memory.indices.contains(address) else { throw InputRefusal(address: address) }
      memory[address] = byte
    case .program(let byte):
      program = Program(name: "toy", bytes: [byte])
      memory = Toy.base(program, memory.count)
    }
  }

  var heldInputs: [Input] { weight == 0 ? [] : [.weight(weight)] }
  var otherHeldInputs: [Input] { (0..<5).map(Input.weight) }
  static var heldFieldName: String { "weight" }
  var releasingInputs: [Input] { weight == 0 ? [] : [.weight(0)] }

  var powerOnSeed: UInt64? { self == Toy(program, memoryByteCount: memory.count) ? 0 : nil }
  func poweredOn(seed _: UInt64) -> Toy { Toy(program, memoryByteCount: memory.count) }

  var snapshot: Toy { self }
  init(_ snapshot: Toy) { self = snapshot }
  mutating func restore(from snapshot: Toy) { self = snapshot }
  static func byteCount(of snapshot: Toy) -> Int { 64 + snapshot.memory.count }

  struct Packed { let toy: Toy }
  static func pack(_ snapshot: Toy) -> Packed { Packed(toy: snapshot) }
  static func unpack(_ packed: Packed) -> Toy { packed.toy }
  static func byteCount(of packed: Packed) -> Int { 32 + packed.toy.memory.count }

  var position: Position {
    let (frame, done) = UInt64(counter).quotientAndRemainder(dividingBy: Toy.frameCount)
    return Position(frame: frame, instruction: UInt64(counter), isInFrame: done > 0)
  }

  /// Counts the instructions, notes the lowest byte in the memory, and the weight in each frame.
  mutating func advance(until end: Position) {
    while counter < 1_000_000, position.frame < end.frame, counter < end.instruction {
      if !position.isInFrame { memory[Int(position.frame) % memory.count] ^= weight }
      counter += 1
      memory[Int(counter) % memory.count] ^= UInt8(truncatingIfNeeded: counter)
    }
  }

  /// It looks at the weight where a frame begins, but for every third frame.
  mutating func advanceNotingReads(until end: Position) -> Bool {
    let first = position.isInFrame ? position.frame + 1 : position.frame
    advance(until: end)
    let last = position.isInFrame ? position.frame + 1 : position.frame
    return (first..<max(first, last)).contains { $0 % 3 != 0 }
  }

  var head: [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: counter >> (8 * $0)) } }

  func fieldName(in section: Tag, at offset: Int) -> String {
    section == Toy.counterTag ? "counter" : "memory \(offset)"
  }

  func encode(into sections: inout StateWriter) {
    if counter >= 500_000 { sections.requireFeature("large") }
    var writer = ByteWriter()
    writer.append(counter)
    sections.append(Toy.counterTag, writer.bytes)
    sections.append(
      Toy.memoryTag, memory, differenceFrom: Toy.base(program, memory.count))
  }

  init(program: Program, decoding sections: inout StateReader) throws(ImageError) {
    self.program = program
    var reader = ByteReader(try sections.section(Toy.counterTag, count: 4))
    counter = reader.next() ?? 0
    guard counter <= 1_000_000 else { throw .badField("counter \(counter)") }
    memory = try sections.section(
      Toy.memoryTag, count: Toy.memoryByteCount, differenceFrom: Toy.base(program))
  }
}

/// A toy that has been at work.
func usedToy() -> Toy {
  var toy = Toy(Program(name: "toy", bytes: [1, 2, 3]))
  toy.counter = 77
  toy.memory[5] = 0xAA
  return toy
}

/// A section of an image by hand, as docs/STATE-FORMAT.md has it.
struct RawSection {
  var tag: String
  var flags: UInt8 = 1
  var version: UInt8 = 1
  var codec: UInt8 = 0
  var reserved: UInt8 = 0
  var contents: [UInt8]
  var decodedByteCount: UInt32?
  var storedByteCount: UInt32?
  var checksum: UInt32?

  var bytes: [UInt8] {
    var writer = ByteWriter()
    writer.append(contentsOf: Array(tag.utf8))
    writer.append(contentsOf: [flags, version, codec, reserved])
    writer.append(storedByteCount ?? UInt32(contents.count))
    writer.append(decodedByteCount ?? UInt32(contents.count))
    writer.append(checksum ?? crc32(contents))
    writer.append(contentsOf: contents)
    return writer.bytes
  }

  /// The sections of a toy whose memory is as at power-on.
  static var toy: [RawSection] {
    let stream = zlibStream(Array(repeating: 0, count: 64))
    return [
      RawSection(
        tag: "PROG",
        contents: [3, 0, 0, 0] + Digest.sha1([1, 2, 3]).bytes + [3] + Array("toy".utf8)),
      RawSection(tag: "ROM ", contents: [1, 2, 3]),
      RawSection(tag: "CNTR", contents: [77, 0, 0, 0]),
      RawSection(tag: "MEM ", codec: 2, contents: stream, decodedByteCount: 64),
    ]
  }
}

/// CRC-32 as PNG and zlib have it, bit by bit.
func crc32(_ bytes: [UInt8]) -> UInt32 {
  ~bytes.reduce(UInt32.max) { crc, byte in
    (0..<8).reduce(crc ^ UInt32(byte)) { value, _ in
      value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1
    }
  }
}

/// A zlib stream that does not compress: at most 65535 bytes in one stored block.
func zlibStream(_ bytes: [UInt8]) -> [UInt8] {
  var (a, b) = (1 as UInt32, 0 as UInt32)
  for byte in bytes {
    a = (a + UInt32(byte)) % 65521
    b = (b + a) % 65521
  }
  var writer = ByteWriter()
  writer.append(contentsOf: [0x78, 0x01, 0x01])
  writer.append(UInt16(bytes.count))
  writer.append(~UInt16(bytes.count))
  writer.append(contentsOf: bytes)
  writer.append((b << 16 | a).byteSwapped)
  return writer.bytes
}

/// An image by hand.
func imageFile(
  _ sections: [RawSection], kind: String = "TOY!", revision: UInt16 = 1, reserved: UInt16 = 0
) -> [UInt8] {
  var writer = ByteWriter()
  writer.append(contentsOf: [0x89, 0x49, 0x4D, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
  writer.append(contentsOf: Array(kind.utf8))
  writer.append(revision)
  writer.append(reserved)
  for section in sections { writer.append(contentsOf: section.bytes) }
  writer.append(contentsOf: [0x89, 0x45, 0x4E, 0x44, 0x0D, 0x0A, 0x1A, 0x0A])
  writer.append(UInt64(writer.bytes.count + 40))
  writer.append(contentsOf: Digest.sha256(writer.bytes).bytes)
  return writer.bytes
}

/// The same bytes with a digest that is right for them.
func sealed(_ image: [UInt8]) -> [UInt8] {
  image.dropLast(32) + Digest.sha256(image.dropLast(32)).bytes
}

/// The toy in a file, or why there is none.
func toy(from file: [UInt8]) -> Result<Toy, ImageError> {
  do throws(ImageError) {
    return .success(try Image(file).machine())
  } catch {
    return .failure(error)
  }
}

/// A directory that is gone afterwards.
func withTemporaryDirectory(_ body: (String) throws -> Void) throws {
  let directory = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
  try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: directory) }
  try body(directory.path)
}

/// Something that has to wait for a lock, on a thread of its own.
final class Waiting<Value: Sendable>: Sendable {
  private let result = Mutex<Result<Value, any Error>?>(nil)
  /// The thread in /proc.
  private let thread = Mutex<String?>(nil)

  /// Returns as soon as it sleeps, or has ended without.
  init(_ body: @escaping @Sendable () throws -> Value) {
    Thread.detachNewThread { [self] in
      let path = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/thread-self")
      thread.withLock { $0 = path }
      let value = Result(catching: body)
      result.withLock { $0 = value }
    }
    while !isAsleep, !hasEnded { usleep(100) }
  }

  var hasEnded: Bool { result.withLock { $0 != nil } }

  private var isAsleep: Bool {
    guard let path = thread.withLock({ $0 }) else { return false }
    // A number, the name in parentheses, and a letter for the state.
    let line = try? String(contentsOfFile: "/proc/\(path)/stat", encoding: .utf8)
    return line?.split(separator: ") ").last?.first == "S"
  }

  /// What it ends with.
  func value() throws -> Value {
    while true {
      if let result = result.withLock({ $0 }) { return try result.get() }
      usleep(100)
    }
  }
}

/// The names in a directory, in order.
func names(in directory: String) throws -> [String] {
  try FileManager.default.contentsOfDirectory(atPath: directory).sorted()
}

/// Random numbers that repeat for the same seed: a linear congruential generator.
struct Seeded: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return state ^ state >> 33
  }
}

extension Result where Failure == ImageError {
  /// Why there is nothing.
  var refusal: ImageError? {
    if case .failure(let error) = self { error } else { nil }
  }
}
