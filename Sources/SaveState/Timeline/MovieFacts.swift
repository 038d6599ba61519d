// What a movie says beside its tape: docs/STATE-FORMAT.md, `MOVI`.

/// What people want to know of a movie, and what is not in its tape.
public struct MovieFacts: Hashable, Sendable {
  /// How often recording continued from another moment, or another machine.
  public var reRecordCount: UInt64 = 0
  /// Who has played it.
  public var authors: [String] = []
  /// Moments with a name, by ascending frames.
  public var markers: [Marker] = []

  /// A moment with a name.
  public struct Marker: Hashable, Sendable {
    /// The frame that begins there, counted from power-on.
    public let frame: UInt64
    /// What it is called.
    public let text: String

    /// A moment with a name.
    public init(frame: UInt64, text: String) { (self.frame, self.text) = (frame, text) }
  }

  /// The most authors of a movie.
  public static let maxAuthorCount = 64
  /// The most markers of a movie.
  public static let maxMarkerCount = 4096
  /// The most bytes of UTF-8 of an author or a marker.
  public static let maxTextByteCount = 255

  /// Nothing.
  public init() {}

  /// Counts a re-record, saturating: a file can say that the largest number is reached.
  public mutating func countReRecord() {
    if reRecordCount < .max { reRecordCount += 1 }
  }

  /// Whether a text can be an author or a marker.
  public static func isText(_ text: String) -> Bool {
    (1...maxTextByteCount).contains(text.utf8.count)
  }

  /// Whether all of it can be in a movie.
  public var isWithinLimits: Bool {
    authors.count <= MovieFacts.maxAuthorCount && markers.count <= MovieFacts.maxMarkerCount
      && (authors + markers.map(\.text)).allSatisfy(MovieFacts.isText)
  }

  /// Adds a marker in its place, after those of the same frame.
  public mutating func add(_ marker: Marker) {
    let index = markers.firstIndex { $0.frame > marker.frame } ?? markers.count
    markers.insert(marker, at: index)
  }

  /// As much of it as belongs to some frames.
  func within(_ frames: ClosedRange<UInt64>) -> MovieFacts {
    var facts = self
    facts.markers.removeAll { !frames.contains($0.frame) }
    return facts
  }
}

extension MovieFacts {
  func encode(into writer: inout ByteWriter) {
    writer.append(varint: reRecordCount)
    writer.append(varint: UInt64(authors.count))
    for author in authors { writer.append(text: author) }
    writer.append(varint: UInt64(markers.count))
    var last: UInt64 = 0
    for marker in markers {
      writer.append(varint: marker.frame - last)
      writer.append(text: marker.text)
      last = marker.frame
    }
  }

  /// - Parameter frames: those of the movie.
  init?(decoding reader: inout ByteReader, in frames: ClosedRange<UInt64>) {
    guard
      let count = reader.nextVarint(),
      let authorCount = reader.nextVarint(), authorCount <= MovieFacts.maxAuthorCount
    else { return nil }
    reRecordCount = count
    for _ in 0..<authorCount {
      guard let author = reader.nextText() else { return nil }
      authors.append(author)
    }
    guard let markerCount = reader.nextVarint(), markerCount <= MovieFacts.maxMarkerCount else {
      return nil
    }
    var last: UInt64 = 0
    for _ in 0..<markerCount {
      guard let step = reader.nextVarint(), let text = reader.nextText() else { return nil }
      let (frame, overflows) = last.addingReportingOverflow(step)
      guard !overflows, frames.contains(frame) else { return nil }
      markers.append(Marker(frame: frame, text: text))
      last = frame
    }
  }
}

extension ByteWriter {
  fileprivate mutating func append(text: String) {
    append(varint: UInt64(text.utf8.count))
    append(contentsOf: Array(text.utf8))
  }
}

extension ByteReader {
  fileprivate mutating func nextText() -> String? {
    guard
      let count = nextVarint(), count <= MovieFacts.maxTextByteCount, let bytes = take(Int(count)),
      let text = String(validating: bytes, as: UTF8.self), MovieFacts.isText(text)
    else { return nil }
    return text
  }
}
