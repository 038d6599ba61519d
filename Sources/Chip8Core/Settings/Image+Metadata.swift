// What an image says beside the machine of how it is shown and watched, and what its addresses are
// called. Layouts: docs/STATE-FORMAT.md.

import SaveState

private let settingsTag = Chip8.settingsSection.tag
private let labelsTag = Chip8.labelsSection.tag
private let noRotation: UInt16 = 0xFFFF
private let noKey: UInt8 = 0xFF

extension Image {
  /// How a machine is shown, played and watched, without labels; nil if the image does not say.
  ///
  /// - Parameter machine: the machine in the image, which has bytes where points are set.
  /// - Throws: ``ImageError/damagedSection(_:)`` or ``ImageError/badField(_:)``. The machine can be
  ///   used all the same.
  public func settings(for machine: Chip8) throws(ImageError) -> SessionMetadata? {
    guard let contents = try ancillary(settingsTag, atMost: SessionMetadata.maxByteCount) else {
      return nil
    }
    return try SessionMetadata(decoding: contents, ramByteCount: machine.state.ram.count)
  }

  /// Says how the machine is shown, played and watched, if the metadata does.
  public mutating func setSettings(_ metadata: SessionMetadata) {
    setAncillary(
      Chip8.settingsSection, metadata.hasSettings ? metadata.encoded : nil, of: Chip8.self)
  }

  /// What addresses are called; nothing if the image does not say.
  ///
  /// - Throws: ``ImageError/damagedSection(_:)``. The machine can be used all the same.
  public func labels() throws(ImageError) -> Labels {
    guard let contents = try ancillary(labelsTag, atMost: Labels.maxByteCount) else {
      return Labels()
    }
    var reader = ByteReader(contents)
    var labels: [Label] = []
    while reader.count > 0 {
      guard
        let address = reader.next(UInt16.self), let byteCount = reader.next(UInt8.self),
        let bytes = reader.take(Int(byteCount)),
        let name = String(validating: bytes, as: UTF8.self), let label = Label(name, at: address)
      else { throw .damagedSection(labelsTag) }
      labels.append(label)
    }
    guard !labels.isEmpty, labels.isAscending, let labels = Labels(labels) else {
      throw .damagedSection(labelsTag)
    }
    return labels
  }

  /// Says what addresses are called.
  public mutating func setLabels(_ labels: Labels) {
    var writer = ByteWriter()
    for label in labels.all {
      writer.append(label.address)
      writer.append(UInt8(truncatingIfNeeded: label.name.utf8.count))
      writer.append(contentsOf: label.name.utf8)
    }
    setAncillary(
      Chip8.labelsSection, writer.bytes.isEmpty ? nil : writer.bytes, of: Chip8.self)
  }
}

extension SessionMetadata {
  /// More than any settings need.
  fileprivate static let maxByteCount = 5 + 12 + 1 + 2 * 255 + 2 * (2 + 4 * maxPointCount)

  fileprivate var encoded: [UInt8] {
    var writer = ByteWriter()
    writer.append(UInt16(speed ?? 0))
    writer.append(rotation.map { UInt16($0) } ?? noRotation)
    writer.append(UInt8(colors.count))
    for color in colors {
      writer.append(contentsOf: components(of: color))
    }
    writer.append(UInt8(keys.count))
    for key in keys { writer.append(contentsOf: [key.usage, key.key ?? noKey]) }
    writer.append(UInt16(breakpoints.count))
    for address in breakpoints { writer.append(address) }
    writer.append(UInt16(watchpoints.count))
    for watchpoint in watchpoints {
      writer.append(watchpoint.address)
      writer.append(watchpoint.byteCount)
    }
    return writer.bytes
  }

  fileprivate init(decoding bytes: [UInt8], ramByteCount: Int) throws(ImageError) {
    var reader = ByteReader(bytes)
    try readShow(&reader)
    keys = try reader.entries(of: UInt8.self, atMost: 255) { reader in
      guard let usage = reader.next(UInt8.self), let key = reader.next(UInt8.self) else {
        return nil
      }
      return KeyAssignment(usage: usage, key: key == noKey ? nil : key)
    }
    breakpoints = try reader.entries(of: UInt16.self, atMost: SessionMetadata.maxPointCount) {
      $0.next(UInt16.self)
    }
    watchpoints = try reader.entries(of: UInt16.self, atMost: SessionMetadata.maxPointCount) {
      reader in
      guard let address = reader.next(UInt16.self), let count = reader.next(UInt16.self) else {
        return nil
      }
      return Watchpoint(address: address, byteCount: count)
    }
    guard reader.count == 0, hasSettings else { throw .damagedSection(settingsTag) }
    try check(ramByteCount: ramByteCount)
  }

  private mutating func readShow(_ reader: inout ByteReader) throws(ImageError) {
    guard
      let speed = reader.next(UInt16.self), let rotation = reader.next(UInt16.self),
      let colorCount = reader.next(UInt8.self)
    else { throw .damagedSection(settingsTag) }
    self.speed = speed == 0 ? nil : Int(speed)
    self.rotation = rotation == noRotation ? nil : Int(rotation)
    guard [0, 4].contains(colorCount) else { throw .badField("\(colorCount) colours") }
    for _ in 0..<colorCount {
      guard let bytes = reader.take(3) else { throw .damagedSection(settingsTag) }
      colors.append(bytes.reduce(0) { $0 << 8 | UInt32($1) })
    }
  }

  /// Refuses what is out of its range, or not in order.
  private func check(ramByteCount: Int) throws(ImageError) {
    if let speed, !SessionMetadata.speedRange.contains(speed) { throw .badField("speed \(speed)") }
    if let rotation, !SessionMetadata.rotations.contains(rotation) {
      throw .badField("rotation \(rotation)")
    }
    for key in keys where !KeyAssignment.isUsage(key.usage) || key.key ?? 0 > 15 {
      throw .badField("key \(key.usage) for \(key.key ?? noKey)")
    }
    for address in breakpoints where Int(address) >= ramByteCount {
      throw .badField("breakpoint 0x\(hexadecimal(address, 4))")
    }
    for point in watchpoints
    where point.range.isEmpty || point.range.upperBound > ramByteCount {
      throw .badField("watchpoint 0x\(hexadecimal(point.address, 4))")
    }
    guard
      keys.map(\.usage).isAscending, breakpoints.isAscending, watchpoints.isAscending
    else { throw .damagedSection(settingsTag) }
  }
}

extension ByteReader {
  /// Entries after their number.
  fileprivate mutating func entries<
    Count: FixedWidthInteger & UnsignedInteger & BitwiseCopyable, Entry
  >(
    of _: Count.Type, atMost limit: Int, _ next: (inout ByteReader) -> Entry?
  ) throws(ImageError) -> [Entry] {
    guard let count = self.next(Count.self), Int(count) <= limit else {
      throw .damagedSection(settingsTag)
    }
    var entries: [Entry] = []
    for _ in 0..<Int(count) {
      guard let entry = next(&self) else { throw .damagedSection(settingsTag) }
      entries.append(entry)
    }
    return entries
  }
}

extension Array where Element: Comparable {
  fileprivate var isAscending: Bool { zip(self, dropFirst()).allSatisfy { $0 < $1 } }
}
