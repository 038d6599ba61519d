enum PixelFont {
  static let height = 9
  static func width(of text: String) -> Int { 0 }
  static func pixels(of text: String) -> [(x: Int, y: Int)] { [] }
}
