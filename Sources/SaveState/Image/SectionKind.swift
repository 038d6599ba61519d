/// What is known of the sections that have one tag.
///
/// Each is registered once, by its owner: the engine's own are in ``Image``, a machine's in
/// ``Machine/sections``. Everything that treats sections by their tag asks there.
public struct SectionKind: Hashable, Sendable {
  /// What the sections are called.
  public let tag: Tag
  /// Whether they are part of the machine's state: such a section is critical, and decides what the
  /// machine does next.
  public let isState: Bool
  /// Whether what they say stays true when the machine has advanced.
  public let isSafeToCopy: Bool

  /// A part of a machine's state.
  public static func state(_ tag: Tag) -> SectionKind {
    SectionKind(tag: tag, isState: true, isSafeToCopy: false)
  }

  /// Something beside the state, which a reader may skip.
  ///
  /// - Parameter isSafeToCopy: whether it stays true when the machine has advanced, so that it goes
  ///   along into later images of that machine.
  public static func ancillary(_ tag: Tag, isSafeToCopy: Bool = false) -> SectionKind {
    SectionKind(tag: tag, isState: false, isSafeToCopy: isSafeToCopy)
  }
}

extension Image {
  /// The sections that images of every machine can have. Those beside the state are in the order in
  /// which they are written.
  static let sectionKinds: [SectionKind] = [
    .state(needTag), .state(baseTag), .state(programTag), .state(bytesTag),
    .ancillary(witnessTag), .ancillary(timeTag), .ancillary(noteTag), .ancillary(tapeTag),
    .ancillary(movieTag), .ancillary(sumsTag),
  ]

  /// What is known of a section, nil if its tag is not registered.
  static func sectionKind<M: Machine>(of section: Section, _: M.Type) -> SectionKind? {
    sectionKinds.first { $0.tag == section.tag } ?? M.sections.first { $0.tag == section.tag }
  }

  /// Whether a section is part of a machine's state, whatever its flags say.
  static func isState<M: Machine>(_ section: Section, _: M.Type) -> Bool {
    sectionKind(of: section, M.self)?.isState == true
  }

  /// Whether a later image of the same machine may keep a section.
  static func isSafeToCopy<M: Machine>(_ section: Section, _: M.Type) -> Bool {
    section.flags.contains(.safeToCopy)
      && sectionKind(of: section, M.self)?.isSafeToCopy ?? true
  }

  /// Puts the sections in the order in which they are written: the critical ones as they are, those
  /// beside the state as they are registered, the rest as it is.
  ///
  /// - Parameter kinds: those of the machine. Without them its sections stay in their order.
  mutating func sortSections(_ kinds: [SectionKind]) {
    let order = (Image.sectionKinds + kinds).filter { !$0.isState }.map(\.tag)
    func rank(_ section: Section) -> Int {
      section.flags.contains(.critical)
        ? -1 : order.firstIndex(of: section.tag) ?? order.count
    }
    sections = (-1...order.count).flatMap { place in sections.filter { rank($0) == place } }
  }
}
