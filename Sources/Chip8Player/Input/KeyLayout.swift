import Chip8Core

/// Which button each key of the keypad is on.
struct KeyLayout {
  var first: [PadButton: UInt8] = [:]
  var second: [PadButton: UInt8] = [:]

  /// Keys that programs use for directions.
  private typealias Cross = (up: UInt8, down: UInt8, left: UInt8, right: UInt8)

  /// As in Octo; around 5, as on the COSMAC VIP; as on the HP 48.
  private static let crosses: [Cross] = [
    (5, 8, 7, 9), (2, 8, 4, 6), (3, 6, 7, 8),
  ]
  /// Pairs outside of the crosses, in the order in which they are looked for.
  private static let leftAndRight: [(UInt8, UInt8)] = [
    (5, 6), (3, 0xC), (1, 3), (0xA, 0xB), (4, 5), (1, 2), (8, 9),
  ]
  private static let upAndDown: [(UInt8, UInt8)] = [
    (1, 4), (1, 7), (2, 5), (0xC, 0xD), (0xE, 0xF), (6, 9),
  ]
  /// The most likely keys for the main action, if several are left.
  private static let order: [UInt8] = [
    5, 6, 0, 4, 0xA, 0xB, 8, 2, 7, 9, 1, 3, 0xC, 0xD, 0xE, 0xF,
  ]

  /// The layout of a program whose keys are known: by the table, with keys that it assigns no button on free
  /// ones.
  init(_ uses: [KeyUse]) {
    let hasTwo = uses.contains { $0.player == 2 }
    first = KeyLayout.pad(uses.filter { $0.player != 2 })
    if hasTwo { second = KeyLayout.pad(uses.filter { $0.player != 1 }) }
    addIdleKey { key in uses.contains { $0.key == key } }
  }

  /// Gives A, and with it space, a key that the program does not use, if it has none: enough for a title
  /// screen that waits for any key, and otherwise without effect.
  private mutating func addIdleKey(_ isUsed: (UInt8) -> Bool) {
    if first[.a] == nil { first[.a] = KeyLayout.order.first { !isUsed($0) } }
  }

  private static func pad(_ uses: [KeyUse]) -> [PadButton: UInt8] {
    var pad: [PadButton: UInt8] = [:]
    for use in uses {
      for button in use.buttons where pad[button] == nil { pad[button] = use.key }
    }
    fill(&pad, with: uses.map(\.key))
    return pad
  }

  /// Puts keys without a button on free ones.
  private static func fill(_ pad: inout [PadButton: UInt8], with keys: [UInt8]) {
    var free = PadButton.actions.filter { pad[$0] == nil }[...]
    let taken = Set(pad.values)
    for key in keys where !taken.contains(key) {
      guard let button = free.popFirst() else { return }
      pad[button] = key
    }
  }

  /// The layout of a program that polls these keys.
  ///
  /// - Parameter moving: the keys that were seen to move something, and which way.
  init(asked: KeySet, moving: [UInt8: Direction] = [:]) {
    guard !asked.isEmpty else {
      // Nothing is known, and most modern programs are made for Octo's keys.
      first = [.up: 5, .down: 8, .left: 7, .right: 9, .a: 6, .b: 4]
      return
    }
    let isAsked = { asked.contains(KeySet(key: $0)) }
    if [0x1, 0x4, 0xC, 0xD].allSatisfy(isAsked), ![0x6, 0x8].allSatisfy(isAsked) {
      first = [.up: 0x1, .down: 0x4]
      second = [.up: 0xC, .down: 0xD]
    } else {
      first = KeyLayout.directions(isAsked)
    }
    correct(.up, .down, by: moving)
    correct(.left, .right, by: moving)
    let taken = Set(first.values).union(second.values)
    KeyLayout.fill(&first, with: KeyLayout.order.filter { isAsked($0) && !taken.contains($0) })
    addIdleKey(isAsked)
  }

  /// Observed motion takes precedence, if there is one key for each direction of an axis. Two keys for the
  /// same direction belong to two players.
  private mutating func correct(
    _ back: Direction, _ forth: Direction, by moving: [UInt8: Direction]
  ) {
    let keys = [back, forth].map { way in moving.filter { $0.value == way }.map(\.key) }
    guard second.isEmpty, keys[0].count == 1, keys[1].count == 1 else { return }
    first = first.filter { $0.value != keys[0][0] && $0.value != keys[1][0] }
    (first[PadButton(back)], first[PadButton(forth)]) = (keys[0][0], keys[1][0])
  }

  /// The directions: those of the cross with the most polled keys that include a whole axis, else of pairs.
  private static func directions(_ isAsked: (UInt8) -> Bool) -> [PadButton: UInt8] {
    func count(_ cross: Cross) -> Int {
      guard isAsked(cross.left) && isAsked(cross.right) || isAsked(cross.up) && isAsked(cross.down)
      else { return 0 }
      return [cross.up, cross.down, cross.left, cross.right].count(where: isAsked)
    }
    var best: (cross: Cross, count: Int)?
    for cross in crosses where count(cross) > best?.count ?? 0 {
      best = (cross, count(cross))
    }
    if let (cross, _) = best {
      let all: [PadButton: UInt8] = [
        .up: cross.up, .down: cross.down, .left: cross.left, .right: cross.right,
      ]
      return all.filter { isAsked($0.value) }
    }
    var pad: [PadButton: UInt8] = [:]
    if let (left, right) = leftAndRight.first(where: { isAsked($0) && isAsked($1) }) {
      (pad[.left], pad[.right]) = (left, right)
    }
    let horizontal = pad.values
    if let (up, down) = upAndDown.first(where: { up, down in
      isAsked(up) && isAsked(down) && !horizontal.contains(up) && !horizontal.contains(down)
    }) {
      (pad[.up], pad[.down]) = (up, down)
    }
    return pad
  }
}
