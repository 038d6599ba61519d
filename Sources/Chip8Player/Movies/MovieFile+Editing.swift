import Chip8Core
import SaveState

extension MovieFile {
  /// The same file with another movie of its machine.
  package func replacing(_ movie: Movie<Chip8>) throws(MovieError) -> MovieFile {
    var file = MovieFile(movie, image: try image(of: movie))
    (file.inputs, file.isText) = (inputs, isText)
    return file
  }

  /// Writes the movie to a file, as its name says, or in the place of the one that it was made of.
  package func save(to path: String?, inPlaceOf file: String) throws {
    let target = path ?? file
    if path.map(MovieText.isName) ?? isText {
      let text = try inFile(file) { try self.text() }
      return try Storage.writeAtomically(
        target, with: Array(text.utf8), as: .other, apartFrom: inputs)
    }
    guard target == file || Storage.isSameFile(target, file) else {
      return try image.save(to: target, apartFrom: inputs)
    }
    try image.rewrite(target, apartFrom: inputs)
  }

  /// A part of the movie.
  ///
  /// - Parameters:
  ///   - from: the first frame that is in it; nil for the start.
  ///   - to: the first frame that is not; nil for the end.
  package func trimmed(from: UInt64?, to: UInt64?) throws -> MovieFile {
    let past = movie.past
    var start = Replay(past.start, past.tape.entries[...])
    start.machine.engine = .fast
    if let from { try start.seek(toFrame: from, of: movie) }
    // What is held down there is held down for the frames that follow.
    var tape = Tape<InputEvent>()
    for input in start.machine.heldInputs { tape.append(input, at: start.machine.position) }
    var released = start.machine
    released.releaseHeldInput()
    var end = start
    if let to {
      try end.seek(toFrame: to, of: movie)
      for entry in start.remaining.dropLast(end.remaining.count) {
        tape.append(entry.input, at: entry.position)
      }
      for input in end.machine.releasingInputs { tape.append(input, at: end.machine.position) }
    } else {
      end.machine = movie.machine
      for entry in start.remaining { tape.append(entry.input, at: entry.position) }
    }
    let trimmed = Movie(
      normalizing: Past(start: released, tape: tape), to: end.machine, movie.facts)
    guard let trimmed else { throw MovieError.doesNotReproduce }
    return try replacing(trimmed)
  }
}

extension Replay<Chip8> {
  /// Runs to where a frame begins, with the inputs there.
  fileprivate mutating func seek(toFrame frame: UInt64, of movie: Movie<Chip8>) throws {
    guard movie.frames.contains(frame) else {
      throw MovieError.outside(frame: frame, movie.frames)
    }
    guard machine.position.mark < Position(frame: frame) else { return }
    try advance(until: Position(frame: frame, instruction: .max))
    guard machine.position.frame == frame else { throw MovieError.doesNotReproduce }
    try advance(to: machine.position)
  }
}
