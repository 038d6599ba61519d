// MovieExportTests.swift: what a movie looks and sounds like in files of other kinds.

import Chip8Core
import Chip8Player
import Foundation
import SaveState
import Testing

@Suite struct MovieExportTests {
  private let scratch: Scratch

  init() throws { scratch = try Scratch() }

  /// A movie of a dot that goes down while key 5 is held, with a beep.
  private func frames(
    _ count: Int, scale: Int = 1, showsKeys: Bool = false, platform: Platform = .vip
  ) throws -> MovieFrames {
    let source = """
      : main
        v0 := 5 v3 := 30 buzzer := v3
        loop
          i := dot
          sprite v1 v2 1
          if v0 key then v2 += 1
        again
      : dot 0x80
      """
    var request = MachineRequest()
    request.platform = platform
    var player = Player(try scratch.load(source, request))
    player.record()
    _ = player.run(frames: count / 2, keys: [])
    _ = player.run(frames: count - count / 2, keys: KeySet(key: 5))
    let movie = try #require(try player.recordedMovie()).movie
    return try MovieFrames(movie, scale: scale, showsKeys: showsKeys)
  }

  private func bytes(_ name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(filePath: scratch.path(name))))
  }

  private func write(_ frames: MovieFrames, _ writer: inout some MovieWriter) throws {
    for frame in frames { try writer.write(frame) }
    try writer.finish()
  }

  @Test func everyFrameIsThere() throws {
    let frames = try frames(20)
    let all = Array(frames)
    #expect(frames.count == 20 && all.map(\.number) == Array(0..<20))
    #expect(frames.size == (64, 32) && all.allSatisfy { $0.picture.pixels.count == 64 * 32 })
    #expect(all[3].tone != nil)
    let large = Array(try self.frames(20, scale: 3, showsKeys: true))
    #expect(large[0].picture.width == 192 && large[0].picture.height == 3 * (32 + 7))
    #expect(large[0].picture.pixels.suffix(192 * 21).allSatisfy { $0 == 0 })
    // The digit 5, three points for a pixel.
    #expect(large[15].picture.pixels.suffix(192 * 21).count { $0 != 0 } == 11 * 9)
    let hires = try self.frames(4, platform: .schip)
    #expect(hires.size == (128, 64))
    // A pixel of lores is as large as four.
    #expect(Array(hires)[1].picture.pixels.count { $0 != 0 } % 4 == 0)
  }

  @Test func wavHasASampleForEachMoment() throws {
    let frames = try frames(50)
    var writer = try WAVWriter(scratch.path("a.wav"), of: frames, apartFrom: InputFiles())
    try write(frames, &writer)
    let file = try bytes("a.wav")
    #expect(file.count == 44 + 2 * 50 * 48_000 / frames.framesPerSecond)
    #expect(Array(file[0..<4]) == Array("RIFF".utf8) && Array(file[36..<40]) == Array("data".utf8))
    var reader = ByteReader(file[40...])
    #expect(reader.next(UInt32.self) == UInt32(file.count - 44))
    // It beeps for half a second, and is silent then.
    #expect(file[44..<10_000].contains { $0 != 0 } && file.suffix(1000).allSatisfy { $0 == 0 })
  }

  @Test func y4mHasEveryPicture() throws {
    let frames = try frames(10)
    var writer = try Y4MWriter(
      scratch.path("a.y4m"), of: frames, .standard, apartFrom: InputFiles())
    try write(frames, &writer)
    let file = try bytes("a.y4m")
    let header = "YUV4MPEG2 W64 H32 F60:1 Ip A1:1 C444\n"
    #expect(String(decoding: file.prefix(header.utf8.count), as: UTF8.self) == header)
    #expect(file.count == header.utf8.count + 10 * (6 + 3 * 64 * 32))
  }

  @Test func gifGoesByInTheSameTime() throws {
    let frames = try frames(120)
    var writer = try GIFWriter(
      scratch.path("a.gif"), of: frames, .standard, apartFrom: InputFiles())
    try write(frames, &writer)
    let file = try bytes("a.gif")
    #expect(String(decoding: file.prefix(6), as: UTF8.self) == "GIF89a" && file.last == 0x3B)
    #expect(String(decoding: file, as: UTF8.self).contains("NETSCAPE2.0"))
    #expect(gifDuration(file) == 200)
    let gif = try #require(GIF(file))
    let last = Array(frames)[119].picture.pixels.map { Appearance.standard.colors[Int($0)] }
    #expect(Array(gif.pixels.suffix(64 * 32)) == last)
  }

  @Test func aMovieWithoutAFrameHasNoPictures() throws {
    var player = Player(try scratch.load(Source.counter))
    player.record()
    _ = player.run(instructions: 3, keys: [])
    let movie = try #require(try player.recordedMovie()).movie
    #expect(throws: MovieError.self) { _ = try MovieFrames(movie, scale: 1, showsKeys: false) }
  }
}
