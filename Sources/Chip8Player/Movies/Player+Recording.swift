import Chip8Core
import SaveState

/// A movie as it is written: an image, with all that images have.
package struct RecordedMovie {
  package let movie: Movie<Chip8>
  package let image: Image
  /// Whether it begins where the session does, as far as that is known.
  package let isWhole: Bool

  /// What its file gets.
  package func bytes(asText isText: Bool) throws(MovieError) -> [UInt8] {
    isText ? Array(try MovieFile(movie, image: image).text().utf8) : image.bytes
  }
}

extension Player {
  /// Records the session from here on, with all that has led here.
  ///
  /// - Parameter facts: those of the movie that it continues.
  package mutating func record(_ facts: MovieFacts = MovieFacts()) {
    recording = facts
    playback?.recordedFacts = facts
    recordedPlace = Timeline.Place(branch: timeline.branch, position: timeline.end)
  }

  /// Ends the movie that is played: from here on the user plays.
  mutating func endPlayback() {
    guard let playback else { return }
    self.playback = nil
    recordedPlace = nil
    guard playback.isReadOnly, let facts = playback.recordedFacts else { return }
    endedRecording = EndedRecording(timeline: timeline.detached, facts: facts)
  }

  /// A recording that does not continue, though the session does.
  struct EndedRecording: Sendable {
    let timeline: Timeline<Chip8>
    let facts: MovieFacts
  }

  /// Counts a re-record when the user has gone elsewhere and plays on; a played movie has none.
  ///
  /// - Parameter place: where the machine was before something was done.
  mutating func noteReRecording(from place: Timeline<Chip8>.Place) {
    guard recording != nil, timeline.place != place else { return }
    if place != recordedPlace, playback == nil { recording?.countReRecord() }
    recordedPlace = timeline.place
  }

  /// The movie of the machine's course, if it is recorded.
  package func recordedMovie() throws(MovieError) -> RecordedMovie? {
    let timeline = endedRecording?.timeline ?? timeline
    guard let recording = endedRecording?.facts ?? recording else { return nil }
    let recorded = timeline.movie(recording) { $0.normalized(until: $1) }
    guard let movie = recorded else { throw .tooLong }
    var image = Image(of: movie.machine, preservingUnknownSectionsOf: image)
    metadata.put(into: &image, of: movie.machine)
    guard image.setMovie(movie) else { throw .tooLong }
    return RecordedMovie(
      movie: movie, image: image, isWhole: movie.past.start.position == timeline.start)
  }
}
