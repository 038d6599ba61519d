import Chip8Core
import SaveState

/// What is wrong with a line of a movie's text form: docs/MOVIES.md has the lines.
public enum MovieTextError: Error, Equatable, CustomStringConvertible {
  /// The text is in another encoding than UTF-8, or a word of the line is malformed.
  case notUTF8, quotation, controlCharacter
  /// The line does not begin with a keyword.
  case noKeyword
  /// A line is missing that every movie has, or one that begins as this one does.
  case noFirstLine, noEnd, noPlay, noStart, noPlatform
  /// A keyword before the frames is followed by something else than it takes, or is not known there.
  case seed, platform, timing, speed, font, quirk, reRecords, authors, section, data, notInHeader
  /// The platform counts no cycles.
  case noCycles(Platform)
  /// The image with which it starts, the note or the program is refused.
  case image(ImageError), note(ImageError), program(ProgramError)
  /// A keyword among the frames is followed by something else than it takes.
  case frameCount, instructionCount, `in`, marker, keys, quotedKeys, noEventName
  /// There is neither a number of frames nor an event of that name.
  case notAnEvent(String)
  /// A frame is to end that has not begun, or to begin before another one has ended.
  case noFrame, noRest
  /// There is something after the last frame.
  case afterUnfinishedFrame, eventAfterEnd
  /// The frame has not so many instructions, or stops at none after so many, where an event is.
  case frameEnds(UInt64, before: UInt64), noPlace(frame: UInt64, after: UInt64)
  /// The machine does not get to the end of the line.
  case stops(Position)
  /// The machine does not take an event: the program waits for no answer, or something else is wrong.
  case noHostCall, input(InputError)
  /// The movie is longer than any can be.
  case tooLong

  /// What there should be, or what there is instead, without the number of the line.
  public var description: String {
    switch self {
    case .notUTF8: "the text is not UTF-8"
    case .quotation: "a quotation mark is missing, or an escape is malformed"
    case .controlCharacter: "a control character"
    case .noKeyword: "expected a keyword"
    case .noFirstLine: "a movie begins with \"\(MovieText.firstLine)\""
    case .noEnd: "the movie is truncated: its last line, \"end\", is missing"
    case .noPlay: "no line \"play\", which begins the frames"
    case .noStart: "no start: \"start power-on\" or \"start image\""
    case .noPlatform: "a start at power-on needs a platform"
    case .seed: "a seed is a number below 2^64"
    case .platform: "no such platform"
    case .timing: "no such timing"
    case .speed: "\(Configuration.instructionsPerFrameText) instructions per frame"
    case .font: "no such font"
    case .quirk: "no such quirk"
    case .reRecords: "a number of re-records"
    case .authors: "too many authors, or one that is too long"
    case .section: "a section has a name of four characters"
    case .data: "data in base 64 follows a program, an image or a section"
    case .notInHeader: "not a line that a movie has before \"play\""
    case .noCycles(let platform): "\(platform.rawValue) has no timing in cycles"
    case .image(let error): "the image with which it starts: \(error)"
    case .note(let error): "\(error)"
    case .program(let error): "\(error)"
    case .frameCount: "1 to \(Past<Chip8>.maxFrames) frames"
    case .instructionCount: "a number of instructions"
    case .in: "in is followed by a number of instructions and an event"
    case .marker: "a marker has 1 to 255 bytes in quotation marks; 4096 at most"
    case .keys: "keys are hexadecimal digits, or - for none"
    case .quotedKeys: "keys must not be quoted"
    case .noEventName: "an event has a name"
    case .notAnEvent(let name): "neither frames nor an event: \(name)"
    case .noFrame: "no frame has begun"
    case .noRest: "the frame in which the movie begins has to end first: rest"
    case .afterUnfinishedFrame: "no lines allowed after an unfinished frame"
    case .eventAfterEnd: "an event in a frame that is not there"
    case .noPlace(let frame, let count):
      "frame \(frame) has no place after \(count) instructions for an event"
    case .frameEnds(let frame, let count): "frame \(frame) ends before \(count) instructions"
    case .stops(let position):
      "the machine stops in frame \(position.frame), after instruction \(position.instruction)"
    case .noHostCall: "the program does not call its host there"
    case .input(let error): "\(error)"
    case .tooLong: "the movie is too long"
    }
  }
}
