import Chip8Core

/// The fingers on a window and what they hold. The mouse counts as a finger while its button is down.
package struct TouchControls: Sendable {
  /// What a finger can hold.
  package enum Control: Hashable, Sendable {
    /// A key of the keypad, 0 to 15.
    case key(UInt8)
    /// The program's key on a button.
    case button(PadButton)
  }

  /// A point in the units of the window.
  package struct Point: Hashable, Sendable {
    package let x: Int
    package let y: Int

    package init(x: Int, y: Int) { (self.x, self.y) = (x, y) }
  }

  /// What a finger does, which depends on where it started.
  private enum Role {
    /// Slides over the keys of a keypad.
    case keypad(Area)
    /// Slides over a cross.
    case cross(Area)
    case button(PadButton)
    /// Swipes in a direction from where it started. Until it has moved beyond the dead zone, it can still
    /// become a button.
    case swipe(from: Point, deadZone: Int, hasMoved: Bool)
  }

  private struct Finger {
    var role: Role
    var place: Point
    /// How many frames it has been down.
    var frameCount = 0
  }

  /// A finger that has not moved for this many frames holds the action.
  private static let tapFrames = 6
  /// A shorter tap holds it for this many.
  private static let pressFrames = 3

  private var fingers: [Int: Finger] = [:]
  /// What was held at any time since the last frame.
  private var touched: Set<Control> = []
  /// How many more frames a tap holds the action.
  private var actionFrames = 0

  package init() {}

  /// What is currently held.
  package var held: Set<Control> {
    fingers.values.reduce(into: actionFrames > 0 ? [.button(.a)] : []) {
      $0.formUnion(TouchControls.controls(of: $1))
    }
  }

  // MARK: Fingers

  package mutating func press(_ finger: Int, at point: Point, in layout: TouchLayout) {
    guard let role = role(at: point, in: layout) else { return }
    fingers[finger] = Finger(role: role, place: point)
    note(finger)
  }

  package mutating func move(_ finger: Int, to point: Point) {
    guard var moved = fingers[finger] else { return }
    moved.place = point
    if case .swipe(let start, let deadZone, false) = moved.role,
      max(abs(point.x - start.x), abs(point.y - start.y)) > deadZone
    {
      moved.role = .swipe(from: start, deadZone: deadZone, hasMoved: true)
    }
    fingers[finger] = moved
    note(finger)
  }

  package mutating func release(_ finger: Int) {
    guard let gone = fingers.removeValue(forKey: finger) else { return }
    if case .swipe(_, _, hasMoved: false) = gone.role { actionFrames = TouchControls.pressFrames }
  }

  /// All fingers went up.
  package mutating func releaseAll() {
    (fingers, touched, actionFrames) = ([:], [], 0)
  }

  /// What is held in the frame about to begin, including what was touched for less than a frame.
  package mutating func takeControls() -> Set<Control> {
    let controls = held.union(touched)
    touched = []
    actionFrames = max(0, actionFrames - 1)
    for (number, finger) in fingers {
      fingers[number]?.frameCount += 1
      if case .swipe(_, _, hasMoved: false) = finger.role,
        finger.frameCount >= TouchControls.tapFrames
      {
        fingers[number]?.role = .button(.a)
      }
    }
    return controls
  }

  private mutating func note(_ finger: Int) {
    if let finger = fingers[finger] { touched.formUnion(TouchControls.controls(of: finger)) }
  }

  // MARK: Roles

  private func role(at point: Point, in layout: TouchLayout) -> Role? {
    if let keypad = layout.keypad, keypad.contains(x: point.x, y: point.y) {
      return .keypad(keypad)
    }
    let (picture, cross) = (layout.picture, layout.cross)
    switch layout.mode {
    case .auto, .none, .vip: return nil
    case .seg16, .seg16fill:
      let keypad = layout.mode == .seg16 ? picture.fitting(Size(width: 1, height: 1)) : picture
      return keypad.contains(x: point.x, y: point.y) ? .keypad(keypad) : nil
    case .gamepad:
      if cross.contains(x: point.x, y: point.y) { return .cross(cross) }
      return layout.buttons.first { $0.area.contains(x: point.x, y: point.y) }
        .map { .button($0.button) }
    case .swipe:
      let isSwiping = fingers.values.contains { if case .swipe = $0.role { true } else { false } }
      let deadZone = max(1, min(picture.width, picture.height) / 12)
      return isSwiping
        ? .button(.a) : .swipe(from: point, deadZone: deadZone, hasMoved: false)
    }
  }

  private static func controls(of finger: Finger) -> Set<Control> {
    let point = finger.place
    switch finger.role {
    case .button(let button): return [.button(button)]
    case .keypad(let area):
      return Set(TouchLayout.key(at: point, in: area).map { [.key($0)] } ?? [])
    case .cross(let area):
      let (x, y) = (point.x - area.x - area.width / 2, point.y - area.y - area.height / 2)
      return directions(x, y, deadZone: area.width / 8)
    case .swipe(let start, let deadZone, _):
      return directions(point.x - start.x, point.y - start.y, deadZone: deadZone)
    }
  }

  private static func directions(_ x: Int, _ y: Int, deadZone: Int) -> Set<Control> {
    var controls: Set<Control> = []
    if abs(x) > deadZone { controls.insert(.button(x < 0 ? .left : .right)) }
    if abs(y) > deadZone { controls.insert(.button(y < 0 ? .up : .down)) }
    return controls
  }
}
