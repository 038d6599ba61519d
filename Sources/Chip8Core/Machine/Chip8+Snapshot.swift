// The machine at a moment, in memory: to go back to, or to be saved while the machine goes on.

import SaveState

extension Chip8 {
  /// A machine at a moment: all that it is, without what it keeps beside to be fast.
  public struct Snapshot: Sendable {
    /// The program that was loaded at power-on.
    public fileprivate(set) var program: Program
    /// The machine as it was.
    public fileprivate(set) var state: State
    fileprivate var tone: Tone?
  }

  /// The machine as it is now. It shares its RAM until the machine goes on.
  public var snapshot: Snapshot {
    Snapshot(program: program, state: state, tone: tone)
  }

  /// The machine as it was at a moment.
  public init(_ snapshot: Snapshot) {
    self.init(snapshot.program, snapshot.state)
    unsaved.tone = snapshot.tone
  }

  /// Makes a snapshot of this moment out of an older one, in place: nothing is allocated if the
  /// platform is the same and nobody shares the older one's RAM.
  public func copy(to snapshot: inout Snapshot) {
    if snapshot.program != program { snapshot.program = program }
    snapshot.state.become(state) { ram, source, count in ram.update(from: source, count: count) }
    snapshot.tone = unsaved.tone
  }

  /// Becomes the machine that it was at a moment, or any other machine, in place: nothing is
  /// allocated if the platform is the same.
  public mutating func restore(from snapshot: Snapshot) {
    if program != snapshot.program { program = snapshot.program }
    let isInPlace = unsaved.decoded.withUnsafeMutableBufferPointer { decoded in
      state.become(snapshot.state) { ram, source, count in
        for start in stride(from: 0, to: count, by: blockByteCount)
        where differ(ram + start, source + start) {
          (ram + start).update(from: source + start, count: blockByteCount)
          decoded.forget(start..<start + blockByteCount)
        }
      }
    }
    if !isInPlace { unsaved.decoded = [] }
    unsaved.tone = snapshot.tone
  }
}

extension State {
  /// Becomes another state, in the RAM that it has if the platform is the same.
  ///
  /// - Parameter overwrite: brings this RAM to the bytes of the other one; both have so many.
  /// - Returns: whether the platform is the same.
  @discardableResult
  fileprivate mutating func become(
    _ other: State,
    overwrite: (UnsafeMutablePointer<UInt8>, UnsafePointer<UInt8>, Int) -> Void
  ) -> Bool {
    let isSamePlatform = configuration.platform == other.configuration.platform
    // Taken out, so that it is not let go of when all else is overwritten.
    var ram: [UInt8] = []
    swap(&ram, &self.ram)
    if isSamePlatform {
      ram.withUnsafeMutableBufferPointer { ram in
        other.ram.withUnsafeBufferPointer { source in
          if let ram = ram.baseAddress, let start = source.baseAddress {
            overwrite(ram, start, source.count)
          }
        }
      }
    } else {
      ram = other.ram
    }
    self = other
    self.ram = ram
    return isSamePlatform
  }
}

/// The RAM is compared by blocks, which divide that of every platform.
private let blockByteCount = 256

/// Whether two blocks differ.
private func differ(_ block: UnsafePointer<UInt8>, _ other: UnsafePointer<UInt8>) -> Bool {
  let (block, other) = (UnsafeRawPointer(block), UnsafeRawPointer(other))
  var difference: UInt64 = 0
  for offset in stride(from: 0, to: blockByteCount, by: 8) {
    difference |=
      block.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
      ^ other.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
  }
  return difference != 0
}

extension UnsafeMutableBufferPointer<Instruction?> {
  /// Forgets the instructions that have a byte in a part of the RAM, if any have been decoded.
  fileprivate func forget(_ part: Range<Int>) {
    guard !isEmpty else { return }
    // The instruction before the part reaches into it.
    self[(part.lowerBound &- 1) & (count - 1)] = nil
    self[part].update(repeating: nil)
  }
}
