/// A small proportional bitmap font for the messages shown over the emulated screen.
///
/// Capitals and digits are seven pixels high, small letters five, and two rows below the base line
/// are kept for descenders. Digits all have the same width, so a changing number does not move the
/// text after it. It covers printable ASCII and `… · × → –`; any other character shows as a box.
///
/// Text is a single line: a caller splits at line breaks and places the lines itself.
enum PixelFont {
  /// The rows of a line of text, descenders included; leave a row or more between two lines.
  static let height = 9

  /// The unlit columns between two neighbouring characters.
  private static let gap = 1

  /// The width of a space, to which the gaps on both sides of it add.
  private static let spaceWidth = 3

  /// The width of `text` in pixels, with the gaps between its characters but none at its end.
  static func width(of text: String) -> Int {
    var width = 0
    for character in text {
      width += glyph(for: character).width + gap
    }
    return max(0, width - gap)
  }

  /// The lit pixels of `text`, counted right and down from the upper left corner of the line.
  static func pixels(of text: String) -> [(x: Int, y: Int)] {
    var pixels: [(x: Int, y: Int)] = []
    var left = 0
    for character in text {
      let glyph = glyph(for: character)
      for pixel in glyph.pixels {
        pixels.append((x: left + pixel.x, y: pixel.y))
      }
      left += glyph.width + gap
    }
    return pixels
  }

  private struct Glyph {
    var width: Int
    var pixels: [(x: Int, y: Int)] = []
  }

  private static func glyph(for character: Character) -> Glyph {
    glyphs[character] ?? box
  }

  /// The replacement of characters that the font lacks.
  private static let box = glyphs["□"] ?? Glyph(width: spaceWidth)

  /// The glyphs read from `art`, once, at the first use.
  private static let glyphs: [Character: Glyph] = {
    var glyphs: [Character: Glyph] = [" ": Glyph(width: spaceWidth)]
    let lines = art.split(separator: "\n")
    for start in stride(from: 0, to: lines.count, by: 1 + height) {
      let names = lines[start].split(separator: " ").compactMap(\.first)
      var band = names.map { _ in Glyph(width: 0) }
      for y in 0..<height {
        let cells = lines[start + 1 + y].split(separator: " ")
        precondition(cells.count == names.count, "A row of the font has a cell too many or too few")
        for (index, cell) in cells.enumerated() {
          band[index].width = cell.count
          for (x, mark) in cell.enumerated() where mark == "#" {
            band[index].pixels.append((x: x, y: y))
          }
        }
      }
      for (name, glyph) in zip(names, band) {
        glyphs[name] = glyph
      }
    }
    return glyphs
  }()

  /// The drawings, in bands: a line naming the characters, then `height` rows of their cells, with
  /// `#` for a lit pixel and `.` for an unlit one. Spaces separate the cells; a cell is as wide as
  /// its character.
  private static let art = #"""
    A     B     C     D     E    F    G     H     I   J    K     L    M
    .###. ####. .###. ####. #### #### .###. #...# ### ..## #...# #... #...#
    #...# #...# #...# #...# #... #... #...# #...# .#. ...# #..#. #... ##.##
    #...# #...# #.... #...# #... #... #.... #...# .#. ...# #.#.. #... #.#.#
    #...# ####. #.... #...# ###. ###. #.### ##### .#. ...# ##... #... #.#.#
    ##### #...# #.... #...# #... #... #...# #...# .#. ...# #.#.. #... #...#
    #...# #...# #...# #...# #... #... #...# #...# .#. #..# #..#. #... #...#
    #...# ####. .###. ####. #### #... .###. #...# ### .##. #...# #### #...#
    ..... ..... ..... ..... .... .... ..... ..... ... .... ..... .... .....
    ..... ..... ..... ..... .... .... ..... ..... ... .... ..... .... .....

    N     O     P     Q     R     S     T     U     V     W     X     Y     Z
    #...# .###. ####. .###. ####. .###. ##### #...# #...# #...# #...# #...# #####
    ##..# #...# #...# #...# #...# #...# ..#.. #...# #...# #...# #...# #...# ....#
    ##..# #...# #...# #...# #...# #.... ..#.. #...# #...# #...# .#.#. #...# ...#.
    #.#.# #...# ####. #...# ####. .###. ..#.. #...# .#.#. #.#.# ..#.. .#.#. ..#..
    #..## #...# #.... #.#.# #.#.. ....# ..#.. #...# .#.#. #.#.# .#.#. ..#.. .#...
    #..## #...# #.... #..#. #..#. #...# ..#.. #...# .#.#. #.#.# #...# ..#.. #....
    #...# .###. #.... .##.# #...# .###. ..#.. .###. ..#.. .#.#. #...# ..#.. #####
    ..... ..... ..... ..... ..... ..... ..... ..... ..... ..... ..... ..... .....
    ..... ..... ..... ..... ..... ..... ..... ..... ..... ..... ..... ..... .....

    a     b     c    d     e     f    g     h     i j   k    l  m
    ..... #.... .... ....# ..... ..## ..... #.... # ..# #... #. .....
    ..... #.... .... ....# ..... .#.. ..... #.... . ... #... #. .....
    .###. ####. .### .#### .###. #### .#### ####. # ..# #..# #. ##.#.
    ....# #...# #... #...# #...# .#.. #...# #...# # ..# #.#. #. #.#.#
    .#### #...# #... #...# ##### .#.. #...# #...# # ..# ##.. #. #.#.#
    #...# #...# #... #...# #.... .#.. #...# #...# # ..# #.#. #. #.#.#
    .#### ####. .### .#### .###. .#.. .#### #...# # ..# #..# .# #.#.#
    ..... ..... .... ..... ..... .... ....# ..... . ..# .... .. .....
    ..... ..... .... ..... ..... .... .###. ..... . ##. .... .. .....

    n     o     p     q     r    s    t    u     v     w     x     y     z
    ..... ..... ..... ..... .... .... .#.. ..... ..... ..... ..... ..... .....
    ..... ..... ..... ..... .... .... .#.. ..... ..... ..... ..... ..... .....
    ####. .###. ####. .#### #.## .### #### #...# #...# #...# #...# #...# #####
    #...# #...# #...# #...# ##.. #... .#.. #...# #...# #.#.# .#.#. #...# ...#.
    #...# #...# #...# #...# #... .##. .#.. #...# .#.#. #.#.# ..#.. #...# ..#..
    #...# #...# #...# #...# #... ...# .#.. #...# .#.#. #.#.# .#.#. #...# .#...
    #...# .###. ####. .#### #... ###. ..## .#### ..#.. .#.#. #...# .#### #####
    ..... ..... #.... ....# .... .... .... ..... ..... ..... ..... ....# .....
    ..... ..... #.... ....# .... .... .... ..... ..... ..... ..... .###. .....

    0     1     2     3     4     5     6     7     8     9     +     -   ×     =    <   >
    .###. ..#.. .###. .###. ...#. ##### ..##. ##### .###. .###. ..... ... ..... .... ... ...
    #...# .##.. #...# #...# ..##. #.... .#... ....# #...# #...# ..#.. ... #...# .... ..# #..
    #..## #.#.. ....# ....# .#.#. ####. #.... ...#. #...# #...# ..#.. ... .#.#. #### .#. .#.
    #.#.# ..#.. ..##. ..##. #..#. ....# ####. ...#. .###. .#### ##### ### ..#.. .... #.. ..#
    ##..# ..#.. .#... ....# ##### ....# #...# ..#.. #...# ....# ..#.. ... .#.#. #### .#. .#.
    #...# ..#.. #.... #...# ...#. #...# #...# ..#.. #...# ...#. ..#.. ... #...# .... ..# #..
    .###. ##### ##### .###. ...#. .###. .###. ..#.. .###. .##.. ..... ... ..... .... ... ...
    ..... ..... ..... ..... ..... ..... ..... ..... ..... ..... ..... ... ..... .... ... ...
    ..... ..... ..... ..... ..... ..... ..... ..... ..... ..... ..... ... ..... .... ... ...

    ! ?     . ,  : ;  …     · ' "   `  ^     ~     *     (   )   [  ]  {   }   |
    # .###. . .. . .. ..... . # #.# #. ..#.. ..... ..... ..# #.. ## ## ..# #.. #
    # #...# . .. . .. ..... . # #.# .# .#.#. ..... ..#.. .#. .#. #. .# .#. .#. #
    # ....# . .. . .. ..... . # #.# .. #...# ..... #.#.# #.. ..# #. .# .#. .#. #
    # ...#. . .. # .# ..... # . ... .. ..... .#..# .###. #.. ..# #. .# #.. ..# #
    # ..#.. . .. . .. ..... . . ... .. ..... #.##. #.#.# #.. ..# #. .# .#. .#. #
    . ..... . .. . .. ..... . . ... .. ..... ..... ..#.. #.. ..# #. .# .#. .#. #
    # ..#.. # .# # .# #.#.# . . ... .. ..... ..... ..... .#. .#. #. .# .#. .#. #
    . ..... . .# . .# ..... . . ... .. ..... ..... ..... ..# #.. ## ## ..# #.. #
    . ..... . #. . #. ..... . . ... .. ..... ..... ..... ... ... .. .. ... ... .

    #     $     %     &     @     /   \   _     –     →      □
    .#.#. ..#.. ##... .##.. .###. ..# #.. ..... ..... ...... #####
    .#.#. .#### ##..# #..#. #...# ..# #.. ..... ..... ...#.. #...#
    ##### #.#.. ...#. #..#. #.### .#. .#. ..... ..... ....#. #...#
    .#.#. .###. ..#.. .##.. #.#.# .#. .#. ..... ##### ###### #...#
    ##### ..#.# .#... #.#.# #.### .#. .#. ..... ..... ....#. #...#
    .#.#. ####. #..## #..#. #.... #.. ..# ..... ..... ...#.. #...#
    .#.#. ..#.. ...## .##.# .###. #.. ..# ..... ..... ...... #####
    ..... ..... ..... ..... ..... ... ... ##### ..... ...... .....
    ..... ..... ..... ..... ..... ... ... ..... ..... ...... .....
    """#
}
