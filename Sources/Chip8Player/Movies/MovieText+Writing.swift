// A movie into its text form.

import Chip8Core
import SaveState

extension MovieFile {
  /// The movie as text.
  package func text() throws(MovieError) -> String {
    var lines = [MovieText.firstLine]
    appendStart(to: &lines)
    appendFacts(to: &lines)
    var writer = TapeWriter(movie)
    try writer.write()
    lines += ["play"] + writer.lines + ["end"]
    return lines.joined(separator: "\n") + "\n"
  }

  private func appendStart(to lines: inout [String]) {
    let start = movie.past.start
    guard let seed = start.powerOnSeed else {
      lines.append("start image")
      appendData(Image(of: start).bytes, to: &lines)
      return
    }
    let (program, configuration) = (start.program, start.state.configuration)
    let quirks = Quirks.named.filter { configuration.quirks.contains($0.quirk) }.map(\.name)
    lines += [
      "start power-on", "seed \(seed)", "platform \(configuration.platform.rawValue)",
      "timing \(configuration.timing.rawValue)", "ipf \(configuration.instructionsPerFrame)",
      "font \(configuration.font)",
      "quirks" + quirks.map { " \($0)" }.joined(),
    ]
    if start.allowsHostCalls { lines.append("host") }
    lines.append("program \(MovieText.quoted(program.name))")
    appendData(program.bytes, to: &lines)
  }

  private func appendFacts(to lines: inout [String]) {
    lines.append("re-records \(movie.facts.reRecordCount)")
    lines += movie.facts.authors.map { "author \(MovieText.quoted($0))" }
    // What is said beside a movie can be damaged without doing it any harm.
    if let note = try? image.note() { lines.append("note \(MovieText.quoted(note))") }
    for section in image.sections where section.flags == .safeToCopy {
      guard let contents = try? image.ancillary(section.tag) else { continue }
      lines.append("section \(MovieText.quoted("\(section.tag)"))")
      appendData(contents, to: &lines)
    }
  }

  private func appendData(_ bytes: [UInt8], to lines: inout [String]) {
    for start in stride(from: 0, to: bytes.count, by: MovieText.dataByteCount) {
      let part = bytes[start..<min(start + MovieText.dataByteCount, bytes.count)]
      lines.append("data " + Base64.encode(Array(part)))
    }
  }
}

/// Writes the frames and events of a movie, while it runs.
private struct TapeWriter {
  let movie: Movie<Chip8>
  var lines: [String] = []
  private var machine: Chip8
  private var remaining: ArraySlice<Tape<InputEvent>.Entry>
  private var markers: ArraySlice<MovieFacts.Marker>
  private var held = KeySet()
  /// Frames with the same keys that have no line yet.
  private var run: (count: UInt64, keys: KeySet) = (0, [])

  init(_ movie: Movie<Chip8>) {
    self.movie = movie
    machine = movie.past.start
    machine.engine = .fast
    let past = movie.past.normalized(until: movie.machine.position)
    (remaining, markers) = (past.tape.entries[...], movie.facts.markers[...])
  }

  mutating func write() throws(MovieError) {
    let end = movie.machine.position
    writeMarkers()
    while machine.position < end || remaining.first != nil {
      let start = (machine.position, remaining.count)
      if machine.position.isInFrame {
        try finishFrame(begun: start.0)
      } else {
        try writeBetweenFrames()
        guard machine.position < end else { break }
        try writeFrames()
      }
      guard (machine.position, remaining.count) != start else { throw .doesNotReproduce }
    }
    flush()
  }

  /// The inputs between two frames. Keys are part of the lines of frames.
  private mutating func writeBetweenFrames() throws(MovieError) {
    writeMarkers()
    while let next = remaining.first, next.position <= machine.position.mark {
      if case .keys(let keys) = next.input {
        held = keys
      } else {
        flush()
        lines.append(next.input.movieText)
      }
      try take(next.input)
    }
  }

  private mutating func writeMarkers() {
    while let marker = markers.first, marker.frame <= machine.position.nextFrame {
      flush()
      lines.append("marker \(MovieText.quoted(marker.text))")
      markers = markers.dropFirst()
    }
  }

  /// As many frames as nothing comes in between.
  private mutating func writeFrames() throws(MovieError) {
    let (here, end) = (machine.position, movie.machine.position)
    var last = end.frame
    if let next = remaining.first { last = min(last, next.position.frame) }
    if let marker = markers.first { last = min(last, marker.frame) }
    guard last > here.frame else { return try beginFrame() }
    machine.advance(until: Position(frame: last, instruction: .max))
    guard machine.position.frame == last else { throw .doesNotReproduce }
    add(last - here.frame)
  }

  /// A frame with inputs in it, or the last one, which does not end.
  private mutating func beginFrame() throws(MovieError) {
    flush()
    let start = machine.position
    try writeInputs(inFrameFrom: start)
    let end = movie.machine.position
    guard end.frame > start.frame else {
      lines.append("part \(end.instruction - start.instruction) \(held.movieDigits)")
      return try advance(to: end)
    }
    machine.advance(until: Position(frame: start.frame + 1, instruction: .max))
    add(1)
  }

  /// The rest of the frame in which the movie begins.
  private mutating func finishFrame(begun start: Position) throws(MovieError) {
    try writeInputs(inFrameFrom: start)
    let end = movie.machine.position
    guard end.frame > start.frame else {
      if end > start { lines.append("rest \(end.instruction - start.instruction)") }
      return try advance(to: end)
    }
    machine.advance(until: Position(frame: start.frame + 1, instruction: .max))
    lines.append("rest")
  }

  private mutating func writeInputs(inFrameFrom start: Position) throws(MovieError) {
    while let next = remaining.first, next.position.frame == start.frame, next.position.isInFrame {
      try advance(to: next.position)
      // No keys are held down at the end, which goes without saying.
      if case .keys = next.input {
      } else {
        lines.append("in \(next.position.instruction - start.instruction) \(next.input.movieText)")
      }
      try take(next.input)
    }
  }

  private mutating func advance(to position: Position) throws(MovieError) {
    machine.advance(to: position)
    guard machine.position == position else { throw .doesNotReproduce }
  }

  private mutating func take(_ input: InputEvent) throws(MovieError) {
    do throws(InputError) { try machine.apply(input) } catch { throw .doesNotReproduce }
    remaining = remaining.dropFirst()
  }

  private mutating func add(_ count: UInt64) {
    if run.count > 0, run.keys != held { flush() }
    run = (run.count + count, held)
  }

  private mutating func flush() {
    if run.count > 0 { lines.append("\(run.count) \(run.keys.movieDigits)") }
    run.count = 0
  }
}

extension KeySet {
  /// The keys as the text of a movie has them.
  var movieDigits: String { isEmpty ? "-" : digits }
}

extension InputEvent {
  /// The event in the text of a movie.
  fileprivate var movieText: String {
    switch self {
    case .keys(let keys): "keys \(keys.movieDigits)"
    case .poke(let address, let bytes): "poke 0x\(hexadecimal(address, 4)) \(bytes.movieText)"
    case .hostAnswer(let status): "answer \(hexadecimal(status.rawValue, 2))"
    case .entryCall(let address): "call 0x\(hexadecimal(address, 4))"
    case .arguments(let arguments):
      "arguments" + arguments.map { " " + MovieText.quoted($0) }.joined()
    case .program(let program):
      "program \(MovieText.quoted(program.name)) \(Base64.encode(program.bytes))"
    case .userFlags(let flags): "flags \(flags.movieText)"
    case .register(let register, let value):
      "register \(register.name) 0x\(hexadecimal(value, register.digitCount))"
    }
  }
}

extension [UInt8] {
  fileprivate var movieText: String {
    isEmpty ? "-" : map { hexadecimal($0, 2) }.joined()
  }
}
