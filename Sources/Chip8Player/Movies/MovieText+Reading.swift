// The text form of a movie into the movie, which is run for that.

import Chip8Core
import SaveState

extension MovieText {
  /// The movie that the text is.
  package func movieFile() throws(MovieError) -> MovieFile {
    guard lines.first?.words == [.plain("movie"), .plain("1")] else {
      throw .badLine(lines.first?.number ?? 1, "a movie begins with \"\(MovieText.firstLine)\"")
    }
    guard lines.last?.words == [.plain("end")] else {
      throw .badLine(
        lines.last?.number ?? 1, "the movie is truncated: its last line, \"end\", is missing")
    }
    guard let play = lines.firstIndex(where: { $0.words == [.plain("play")] }) else {
      throw .badLine(
        lines.last?.number ?? 1, "no line \"play\", which begins the frames")
    }
    let header = try MovieHeader(lines[1..<play])
    var builder = MovieBuilder(try header.start(), header.facts)
    for line in lines[(play + 1)...].dropLast() { try builder.read(line.words, line.number) }
    return try header.file(builder.movie())
  }
}

/// What stands before the frames.
private struct MovieHeader {
  var facts = MovieFacts()
  private var startsAtPowerOn: Bool?
  private var seed: UInt64 = 0
  private var platform: Platform?
  private var timing = Configuration.Timing.ipf
  private var speed: Int?
  private var font: Font?
  private var quirks: Quirks?
  private var allowsHostCalls = false
  private var programName: String?
  private var note: String?
  /// What the next data belongs to, with what there is of it.
  private var blobs: [(name: String, bytes: [UInt8])] = []
  private let number: Int

  init(_ lines: ArraySlice<(number: Int, words: [MovieText.Word])>) throws(MovieError) {
    number = lines.last?.number ?? 1
    for line in lines {
      guard let problem = read(line.words) else { continue }
      throw .badLine(line.number, problem)
    }
    guard facts.isWithinLimits else {
      throw .badLine(number, "too many authors, or one that is too long")
    }
  }

  /// - Returns: what is wrong with the line; nil if nothing is.
  private mutating func read(_ words: [MovieText.Word]) -> String? {
    guard case .plain(let name)? = words.first else { return "expected a keyword" }
    switch (name, words.count > 1 ? words[1] : nil, words.count) {
    case ("start", .plain("power-on"), 2): startsAtPowerOn = true
    case ("start", .plain("image"), 2):
      startsAtPowerOn = false
      blobs.append(("image", []))
    case ("seed", .plain(let text), 2):
      guard let seed = UInt64(decimal: text) else { return "a seed is a number below 2^64" }
      self.seed = seed
    case ("platform", .plain(let text), 2):
      guard let platform = Platform(rawValue: text) else { return "no such platform" }
      self.platform = platform
    case ("timing", .plain(let text), 2):
      guard let timing = Configuration.Timing(rawValue: text) else { return "no such timing" }
      self.timing = timing
    case ("ipf", .plain(let text), 2):
      guard let speed = Int(decimal: text), Configuration.instructionsPerFrameRange.contains(speed)
      else {
        return "\(Configuration.instructionsPerFrameText) instructions per frame"
      }
      self.speed = speed
    case ("font", .plain(let text), 2):
      guard let font = Font.allCases.first(where: { "\($0)" == text }) else {
        return "no such font"
      }
      self.font = font
    case ("quirks", _, _): return readQuirks(words.dropFirst())
    case ("host", nil, 1): allowsHostCalls = true
    case ("program", .quoted(let name), 2):
      programName = name
      blobs.append(("program", []))
    case ("re-records", .plain(let text), 2):
      guard let count = UInt64(decimal: text) else { return "a number of re-records" }
      facts.reRecordCount = count
    case ("author", .quoted(let author), 2): facts.authors.append(author)
    case ("note", .quoted(let note), 2): self.note = note
    case ("section", .quoted(let tag), 2):
      guard tag.utf8.count == 4 else { return "a section has a name of four characters" }
      blobs.append((tag, []))
    case ("data", .plain(let text), 2):
      guard !blobs.isEmpty, let bytes = Base64.decode(Array(text.utf8)[...]) else {
        return "data in base 64 follows a program, an image or a section"
      }
      blobs[blobs.count - 1].bytes += bytes
    default: return "not a line that a movie has before \"play\""
    }
    return nil
  }

  private mutating func readQuirks(_ words: ArraySlice<MovieText.Word>) -> String? {
    var quirks = Quirks()
    for word in words {
      guard case .plain(let name) = word, let quirk = Quirks(named: name) else {
        return "no such quirk"
      }
      quirks.insert(quirk)
    }
    self.quirks = quirks
    return nil
  }

  private func bytes(of name: String) -> [UInt8] {
    blobs.first { $0.name == name }?.bytes ?? []
  }

  func start() throws(MovieError) -> Chip8 {
    guard let startsAtPowerOn else {
      throw .badLine(number, "no start: \"start power-on\" or \"start image\"")
    }
    guard startsAtPowerOn else {
      do throws(ImageError) {
        return try Image(bytes(of: "image")).machine()
      } catch { throw .badLine(number, "the image with which it starts: \(error)") }
    }
    guard let platform else { throw .badLine(number, "a start at power-on needs a platform") }
    var configuration = Configuration(platform)
    configuration.timing = timing
    if let speed { configuration.instructionsPerFrame = speed }
    if let font { configuration.font = font }
    if let quirks { configuration.quirks = quirks }
    guard timing == .ipf || platform.hasCycles else {
      throw .badLine(number, "\(platform.rawValue) has no timing in cycles")
    }
    do throws(ProgramError) {
      let program = Program(name: programName ?? "", bytes: bytes(of: "program"))
      var machine = try Chip8(program, configuration, seed: seed)
      if allowsHostCalls { machine.allowHostCalls() }
      return machine
    } catch { throw .badLine(number, "\(error)") }
  }

  func file(_ movie: Movie<Chip8>) throws(MovieError) -> MovieFile {
    var image = Image(of: movie.machine)
    do throws(ImageError) { if let note { try image.setNote(note) } } catch {
      throw .badLine(number, "\(error)")
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
    do throws(MessageError) { try read(words) } catch { throw .badLine(number, error.description) }
  }

  private mutating func read(_ words: [MovieText.Word]) throws(MessageError) {
    guard case .plain(let name)? = words.first else {
      throw MessageError("expected a keyword")
    }
    guard !isOver else { throw MessageError("no lines allowed after an unfinished frame") }
    switch (name, words.count) {
    case ("marker", 2): try addMarker(words[1])
    case ("rest", 1...2):
      guard machine.position.isInFrame else { throw MessageError("no frame has begun") }
      if words.count == 2 { try runPart(words[1]) } else { try runFrame() }
    case ("part", 3):
      try beginFrame(words[2])
      try runPart(words[1])
    case ("in", 3...):
      guard case .plain(let text) = words[1], let count = UInt64(decimal: text), count < 1 << 40
      else {
        throw MessageError("in is followed by a number of instructions and an event")
      }
      pending.append((count, try event(words.dropFirst(2))))
    default:
      if let count = UInt64(decimal: name), words.count == 2 {
        try runFrames(count, words[1])
      } else {
        try apply(try event(words[...]))
      }
    }
  }

  private mutating func addMarker(_ word: MovieText.Word) throws(MessageError) {
    guard case .quoted(let text) = word, MovieFacts.isText(text),
      facts.markers.count < MovieFacts.maxMarkerCount
    else { throw MessageError("a marker has 1 to 255 bytes in quotation marks; 4096 at most") }
    facts.add(MovieFacts.Marker(frame: machine.position.nextFrame, text: text))
  }

  // MARK: Frames

  private mutating func runFrames(_ count: UInt64, _ word: MovieText.Word) throws(MessageError) {
    guard count > 0, count <= Past<Chip8>.maxFrames else {
      throw MessageError("1 to \(Past<Chip8>.maxFrames) frames")
    }
    let end = machine.position.frame + count
    try beginFrame(word)
    // Those are in the first of the frames.
    try runPending()
    try advance(toFrame: end)
  }

  private mutating func beginFrame(_ word: MovieText.Word) throws(MessageError) {
    guard !machine.position.isInFrame else {
      throw MessageError("the frame in which the movie begins has to end first: rest")
    }
    let keys = try keys(word)
    if keys != held { try apply(.keys(keys)) }
    held = keys
  }

  /// Runs to the end of the frame that has begun.
  private mutating func runFrame() throws(MessageError) {
    let frame = machine.position.frame
    try runPending()
    try advance(toFrame: frame + 1)
  }

  private mutating func runPending() throws(MessageError) {
    let start = machine.position
    for (instruction, event) in pending {
      let position = Position(
        frame: start.frame, instruction: start.instruction + instruction, isInFrame: true)
      machine.advance(to: position)
      guard machine.position == position else {
        throw MessageError(
          "frame \(start.frame) has no place after \(instruction) instructions for an event")
      }
      try apply(event)
    }
    pending = []
  }

  private mutating func runPart(_ word: MovieText.Word) throws(MessageError) {
    guard case .plain(let text) = word, let count = UInt64(decimal: text), count < 1 << 40 else {
      throw MessageError("a number of instructions")
    }
    let start = machine.position
    let end = Position(
      frame: start.frame, instruction: start.instruction + count, isInFrame: true)
    try runPending()
    machine.advance(to: end)
    guard machine.position == end else {
      throw MessageError("frame \(start.frame) ends before \(count) instructions")
    }
    isOver = true
  }

  private mutating func advance(toFrame frame: UInt64) throws(MessageError) {
    guard frame - start.state.frames <= Past<Chip8>.maxFrames else {
      throw MessageError("the movie is too long")
    }
    let limit = start.state.instructions + Past<Chip8>.maxInstructions
    machine.advance(until: Position(frame: frame, instruction: limit))
    guard machine.position.frame == frame else {
      throw MessageError(
        machine.position.instruction >= limit
          ? "the movie is too long"
          : "the machine stops in frame \(machine.position.frame), after instruction "
            + "\(machine.position.instruction)")
    }
  }

  // MARK: Events

  private mutating func apply(_ event: InputEvent) throws(MessageError) {
    if case .hostAnswer = event {
      var probe = machine
      guard machine.position.isInFrame, case .hostCall = probe.run(frames: 1, instructions: 1)
      else {
        throw MessageError("the program does not call its host there")
      }
    }
    let position = machine.position
    do throws(InputError) { try machine.apply(event) } catch { throw MessageError("\(error)") }
    tape.append(event, at: position)
  }

  private func keys(_ word: MovieText.Word) throws(MessageError) -> KeySet {
    guard case .plain(let text) = word else { throw MessageError("keys must not be quoted") }
    guard let keys = KeySet(digits: text == "-" ? "" : text) else {
      throw MessageError("keys are hexadecimal digits, or - for none")
    }
    return keys
  }

  private func event(_ words: ArraySlice<MovieText.Word>) throws(MessageError) -> InputEvent {
    var texts: [String] = []
    for word in words.dropFirst() {
      switch word {
      case .plain(let text), .quoted(let text): texts.append(text)
      }
    }
    guard case .plain(let name)? = words.first else { throw MessageError("an event has a name") }
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
    throw MessageError("neither frames nor an event: \(name)")
  }

  private func bytes(_ text: String) -> [UInt8]? {
    text == "-" ? [] : SaveState.bytes(hexadecimal: text.utf8)
  }

  // MARK: The movie

  mutating func movie() throws(MovieError) -> Movie<Chip8> {
    guard pending.isEmpty else { throw .badLine(0, "an event in a frame that is not there") }
    for input in machine.releasingInputs { tape.append(input, at: machine.position) }
    guard
      let movie = Movie(
        normalizing: Past(start: start, tape: tape), to: machine, facts)
    else { throw .tooLong }
    return movie
  }
}
