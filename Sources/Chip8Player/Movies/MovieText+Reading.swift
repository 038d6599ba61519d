// The text form of a movie into the movie, which is run for that.

import Chip8Core
import SaveState

extension MovieText {
  /// The movie that the text is.
  package func movieFile() throws(MovieError) -> MovieFile {
    let (first, last) = (lines.first?.number ?? 1, lines.last?.number ?? 1)
    guard lines.first?.words == [.plain("movie"), .plain("1")]
    else { throw .badLine(first, .noFirstLine) }
    guard lines.last?.words == [.plain("end")] else { throw .badLine(last, .noEnd) }
    guard let play = lines.firstIndex(where: { $0.words == [.plain("play")] })
    else { throw .badLine(last, .noPlay) }
    let header = try MovieHeader(lines[1..<play])
    var builder = MovieBuilder(try header.start(), header.facts)
    for line in lines[(play + 1)...].dropLast() { try builder.read(line.words, line.number) }
    return try header.file(builder.movie())
  }
}

/// What comes before the frames.
private struct MovieHeader {
  var facts = MovieFacts()
  private var startsAtPowerOn: Bool?
  private var seed: UInt64 = 0
  private var platform: Platform?
  /// What is not as the platform has it.
  private var changes: [(inout Configuration) -> Void] = []
  private var allowsHostCalls = false
  private var programName: String?
  private var note: String?
  /// What the next data belongs to, with what there is of it.
  private var blobs: [(name: String, bytes: [UInt8])] = []
  private let number: Int

  init(_ lines: ArraySlice<(number: Int, words: [MovieText.Word])>) throws(MovieError) {
    number = lines.last?.number ?? 1
    for line in lines {
      do throws(MovieTextError) { try read(line.words) } catch {
        throw .badLine(line.number, error)
      }
    }
    guard facts.isWithinLimits else { throw .badLine(number, .authors) }
  }

  private mutating func read(_ words: [MovieText.Word]) throws(MovieTextError) {
    guard case .plain(let name)? = words.first else { throw .noKeyword }
    switch (name, words.count > 1 ? words[1] : nil, words.count) {
    case ("start", .plain("power-on"), 2): startsAtPowerOn = true
    case ("start", .plain("image"), 2):
      startsAtPowerOn = false
      blobs.append(("image", []))
    case ("seed", .plain(let text), 2):
      seed = try UInt64(decimal: text).or(.seed)
    case ("platform", .plain(let text), 2):
      platform = try Platform(rawValue: text).or(.platform)
    case ("timing", .plain(let text), 2):
      let timing = try Configuration.Timing(rawValue: text).or(.timing)
      changes.append { $0.timing = timing }
    case ("ipf", .plain(let text), 2):
      let speed = try Int(decimal: text).or(.speed)
      guard Configuration.instructionsPerFrameRange.contains(speed) else { throw .speed }
      changes.append { $0.instructionsPerFrame = speed }
    case ("font", .plain(let text), 2):
      let font = try Font.allCases.first { "\($0)" == text }.or(.font)
      changes.append { $0.font = font }
    case ("quirks", _, _):
      let quirks = try quirks(words.dropFirst())
      changes.append { $0.quirks = quirks }
    case ("host", nil, 1): allowsHostCalls = true
    case ("program", .quoted(let name), 2):
      programName = name
      blobs.append(("program", []))
    case ("re-records", .plain(let text), 2):
      facts.reRecordCount = try UInt64(decimal: text).or(.reRecords)
    case ("author", .quoted(let author), 2): facts.authors.append(author)
    case ("note", .quoted(let note), 2): self.note = note
    case ("section", .quoted(let tag), 2):
      guard tag.utf8.count == 4 else { throw .section }
      blobs.append((tag, []))
    case ("data", .plain(let text), 2):
      guard !blobs.isEmpty, let bytes = Base64.decode(Array(text.utf8)[...])
      else { throw .data }
      blobs[blobs.count - 1].bytes += bytes
    default: throw .notInHeader
    }
  }

  private func quirks(_ words: ArraySlice<MovieText.Word>) throws(MovieTextError) -> Quirks {
    var quirks = Quirks()
    for word in words {
      guard case .plain(let name) = word else { throw .quirk }
      quirks.insert(try Quirks(named: name).or(.quirk))
    }
    return quirks
  }

  private func bytes(of name: String) -> [UInt8] {
    blobs.first { $0.name == name }?.bytes ?? []
  }

  func start() throws(MovieError) -> Chip8 {
    guard let startsAtPowerOn else { throw .badLine(number, .noStart) }
    guard startsAtPowerOn else {
      do throws(ImageError) {
        return try Image(bytes(of: "image")).machine()
      } catch { throw .badLine(number, .image(error)) }
    }
    guard let platform else { throw .badLine(number, .noPlatform) }
    var configuration = Configuration(platform)
    for change in changes { change(&configuration) }
    guard configuration.timing == .ipf || platform.hasCycles else {
      throw .badLine(number, .noCycles(platform))
    }
    do throws(ProgramError) {
      let program = Program(name: programName ?? "", bytes: bytes(of: "program"))
      var machine = try Chip8(program, configuration, seed: seed)
      if allowsHostCalls { machine.allowHostCalls() }
      return machine
    } catch { throw .badLine(number, .program(error)) }
  }

  func file(_ movie: Movie<Chip8>) throws(MovieError) -> MovieFile {
    var image = Image(of: movie.machine)
    do throws(ImageError) { if let note { try image.setNote(note) } } catch {
      throw .badLine(number, .note(error))
    }
    for (name, contents) in blobs where name.utf8.count == 4 {
      let tag = Tag(rawValue: name.utf8.reversed().reduce(0) { $0 << 8 | UInt32($1) })
      guard image.setAncillary(.ancillary(tag, isSafeToCopy: true), contents, of: Chip8.self)
      else { throw .tooLong }
    }
    guard image.setMovie(movie) else { throw .tooLong }
    return MovieFile(movie, image: image)
  }
}

/// Makes a movie of its frames and events, while it runs.
private struct MovieBuilder {
  private let start: Chip8
  private var facts: MovieFacts
  private var machine: Chip8
  private var tape = Tape<InputEvent>()
  private var held = KeySet()
  /// Events in the frame that follows, with the instructions before each.
  private var pending: [(instruction: UInt64, event: InputEvent)] = []
  /// Whether the last line was the last that there can be.
  private var isOver = false

  init(_ start: Chip8, _ facts: MovieFacts) {
    (self.start, self.facts, machine) = (start, facts, start)
    machine.engine = .fast
  }

  mutating func read(_ words: [MovieText.Word], _ number: Int) throws(MovieError) {
    do throws(MovieTextError) { try read(words) } catch { throw .badLine(number, error) }
  }

  private mutating func read(_ words: [MovieText.Word]) throws(MovieTextError) {
    guard case .plain(let name)? = words.first else { throw .noKeyword }
    guard !isOver else { throw .afterUnfinishedFrame }
    switch (name, words.count) {
    case ("marker", 2): try addMarker(words[1])
    case ("rest", 1...2):
      guard machine.position.isInFrame else { throw .noFrame }
      if words.count == 2 { try runPart(words[1]) } else { try runFrame() }
    case ("part", 3):
      try beginFrame(words[2])
      try runPart(words[1])
    case ("in", 3...):
      let count = try MovieBuilder.instructionCount(words[1]).or(.in)
      pending.append((count, try event(words.dropFirst(2))))
    default:
      if let count = UInt64(decimal: name), words.count == 2 {
        try runFrames(count, words[1])
      } else {
        try apply(try event(words[...]))
      }
    }
  }

  private mutating func addMarker(_ word: MovieText.Word) throws(MovieTextError) {
    guard case .quoted(let text) = word, MovieFacts.isText(text),
      facts.markers.count < MovieFacts.maxMarkerCount
    else { throw .marker }
    facts.add(MovieFacts.Marker(frame: machine.position.nextFrame, text: text))
  }

  // MARK: Frames

  private mutating func runFrames(_ count: UInt64, _ word: MovieText.Word) throws(MovieTextError) {
    guard count > 0, count <= Past<Chip8>.maxFrames else { throw .frameCount }
    let end = machine.position.frame + count
    try beginFrame(word)
    // Those are in the first of the frames.
    try runPending()
    try advance(toFrame: end)
  }

  private mutating func beginFrame(_ word: MovieText.Word) throws(MovieTextError) {
    guard !machine.position.isInFrame else { throw .noRest }
    let keys = try keys(word)
    if keys != held { try apply(.keys(keys)) }
    held = keys
  }

  private static func instructionCount(_ word: MovieText.Word) -> UInt64? {
    guard case .plain(let text) = word else { return nil }
    return UInt64(decimal: text).flatMap { $0 < 1 << 40 ? $0 : nil }
  }

  /// Runs to the end of the frame that has begun.
  private mutating func runFrame() throws(MovieTextError) {
    let frame = machine.position.frame
    try runPending()
    try advance(toFrame: frame + 1)
  }

  private mutating func runPending() throws(MovieTextError) {
    let start = machine.position
    for (instruction, event) in pending {
      let position = Position(
        frame: start.frame, instruction: start.instruction + instruction, isInFrame: true)
      machine.advance(to: position)
      guard machine.position == position else {
        throw .noPlace(frame: start.frame, after: instruction)
      }
      try apply(event)
    }
    pending = []
  }

  private mutating func runPart(_ word: MovieText.Word) throws(MovieTextError) {
    let count = try MovieBuilder.instructionCount(word).or(.instructionCount)
    let start = machine.position
    let end = Position(
      frame: start.frame, instruction: start.instruction + count, isInFrame: true)
    try runPending()
    machine.advance(to: end)
    guard machine.position == end else { throw .frameEnds(start.frame, before: count) }
    isOver = true
  }

  private mutating func advance(toFrame frame: UInt64) throws(MovieTextError) {
    guard frame - start.state.frames <= Past<Chip8>.maxFrames else { throw .tooLong }
    let limit = start.state.instructions + Past<Chip8>.maxInstructions
    machine.advance(until: Position(frame: frame, instruction: limit))
    guard machine.position.frame == frame else {
      throw machine.position.instruction >= limit ? .tooLong : .stops(machine.position)
    }
  }

  // MARK: Events

  private mutating func apply(_ event: InputEvent) throws(MovieTextError) {
    if case .hostAnswer = event {
      var probe = machine
      guard machine.position.isInFrame, case .hostCall = probe.run(frames: 1, instructions: 1)
      else { throw .noHostCall }
    }
    let position = machine.position
    do throws(InputError) { try machine.apply(event) } catch { throw .input(error) }
    tape.append(event, at: position)
  }

  private func keys(_ word: MovieText.Word) throws(MovieTextError) -> KeySet {
    guard case .plain(let text) = word else { throw .quotedKeys }
    return try KeySet(digits: text == "-" ? "" : text).or(.keys)
  }

  private func event(_ words: ArraySlice<MovieText.Word>) throws(MovieTextError) -> InputEvent {
    var texts: [String] = []
    for word in words.dropFirst() {
      switch word {
      case .plain(let text), .quoted(let text): texts.append(text)
      }
    }
    guard case .plain(let name)? = words.first else { throw .noEventName }
    switch (name, texts.count) {
    case ("poke", 2):
      if let address = Int(number: texts[0]), address <= 1 << 16, let bytes = bytes(texts[1]) {
        return .poke(address, bytes)
      }
    case ("flags", 1):
      if let flags = bytes(texts[0]), flags.count <= 16 { return .userFlags(flags) }
    case ("register", 2):
      if let register = Register(texts[0]), register != .sp, let value = Int(number: texts[1]),
        value <= register.maxValue
      {
        return .register(register, value)
      }
    case ("call", 1): if let address = Int(number: texts[0]) { return .entryCall(address) }
    case ("answer", 1):
      if let byte = UInt8(hexadecimal: texts[0]), let status = HostStatus(rawValue: byte) {
        return .hostAnswer(status)
      }
    case ("arguments", _): return .arguments(texts)
    case ("program", 2):
      if let bytes = Base64.decode(Array(texts[1].utf8)[...]) {
        return .program(Program(name: texts[0], bytes: bytes))
      }
    default: break
    }
    throw .notAnEvent(name)
  }

  private func bytes(_ text: String) -> [UInt8]? {
    text == "-" ? [] : SaveState.bytes(hexadecimal: text.utf8)
  }

  // MARK: The movie

  mutating func movie() throws(MovieError) -> Movie<Chip8> {
    guard pending.isEmpty else { throw .badLine(0, .eventAfterEnd) }
    for input in machine.releasingInputs { tape.append(input, at: machine.position) }
    guard
      let movie = Movie(
        normalizing: Past(start: start, tape: tape), to: machine, facts)
    else { throw .tooLong }
    return movie
  }
}

extension Optional {
  fileprivate func or(_ error: MovieTextError) throws(MovieTextError) -> Wrapped {
    guard let self else { throw error }
    return self
  }
}
