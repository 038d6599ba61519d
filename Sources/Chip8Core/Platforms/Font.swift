import SaveState

/// The digits that a machine has in its RAM at power-on. Some known programs want another
/// machine's.
public enum Font: UInt8, CaseIterable, Sendable {
  /// The COSMAC VIP's digits; there are no big ones.
  case vip
  /// The digits of CHIP-48, and Octo's big ones.
  case octo
  /// The digits of CHIP-48, and SUPER-CHIP 1.0's big ones.
  case schip10
  /// The digits of CHIP-48, and SUPER-CHIP 1.1's big ones.
  case schip11
  /// The digits of Fish N' Chips.
  case fish

  /// Where the small digits are in RAM.
  static let smallAddress = 0x000
  /// Where the big digits are in RAM.
  static let bigAddress = 0x050
  static let smallRowCount = 5
  static let bigRowCount = 10

  /// 16 glyphs, 5 bytes each, a row a byte.
  package var small: [UInt8] {
    switch self {
    case .vip: smallVIP
    case .octo, .schip10, .schip11: smallOcto
    case .fish: smallFish
    }
  }

  /// 10 or 16 glyphs, 10 bytes each, a row a byte.
  var big: [UInt8] {
    switch self {
    case .vip: []
    case .octo: bigOcto
    case .schip10: bigSCHIP10
    case .schip11: bigSCHIP11
    case .fish: bigFish
    }
  }
}

/// Glyphs from their rows, two hexadecimal digits each.
private func glyphs(_ rows: String) -> [UInt8] {
  bytes(hexadecimal: rows.utf8.filter { $0 > UInt8(ascii: " ") }) ?? []
}

// The COSMAC VIP's digits: 16 glyphs of 5 rows.
private let smallVIP = glyphs(
  """
  F0909090F0 6020202070 F010F080F0 F010F010F0
  A0A0F02020 F080F010F0 F080F090F0 F010101010
  F090F090F0 F090F010F0 F090F09090 F0507050F0
  F0808080F0 F0505050F0 F080F080F0 F080F08080
  """)

// The digits of CHIP-48 and of all that came after it.
private let smallOcto = glyphs(
  """
  F0909090F0 2060202070 F010F080F0 F010F010F0
  9090F01010 F080F010F0 F080F090F0 F010204040
  F090F090F0 F090F010F0 F090F09090 E090E090E0
  F0808080F0 E0909090E0 F080F080F0 F080F08080
  """)

// The digits of Fish N' Chips.
private let smallFish = glyphs(
  """
  60A0A0A0C0 40C04040E0 C0204080E0 C0204020C0
  20A0E02020 E080C020C0 4080C0A040 E020604040
  40A040A040 40A0602040 40A0E0A0A0 C0A0C0A0C0
  6080808060 C0A0A0A0C0 E080C080E0 E080C08080
  """)

// SUPER-CHIP 1.0: 10 glyphs of 10 rows.
private let bigSCHIP10 = glyphs(
  """
  3C7EC3C3C3C3C3C37E3C 1838581818181818183C 3E7FC3060C183060FFFF 3C7EC3030E0E03C37E3C
  060E1E3666C6FFFF0606 FFFFC0C0FCFE03C37E3C 3E7CC0C0FCFEC3C37E3C FFFF03060C1830606060
  3C7EC3C37E7EC3C37E3C 3C7EC3C37F3F03033E7C
  """)

// SUPER-CHIP 1.1: 10 glyphs.
private let bigSCHIP11 = glyphs(
  """
  3C7EE7C3C3C3C3E77E3C 1838581818181818183C 3E7FC3060C183060FFFF 3C7EC3030E0E03C37E3C
  060E1E3666C6FFFF0606 FFFFC0C0FCFE03C37E3C 3E7CE0C0FCFEC3C37E3C FFFF03060C1830606060
  3C7EC3C37E7EC3C37E3C 3C7EC3C37F3F03033E7C
  """)

// Octo and XO-CHIP: 16 glyphs.
private let bigOcto = glyphs(
  """
  FFFFC3C3C3C3C3C3FFFF 1878781818181818FFFF FFFF0303FFFFC0C0FFFF FFFF0303FFFF0303FFFF
  C3C3C3C3FFFF03030303 FFFFC0C0FFFF0303FFFF FFFFC0C0FFFFC3C3FFFF FFFF0303060C18181818
  FFFFC3C3FFFFC3C3FFFF FFFFC3C3FFFF0303FFFF 7EFFC3C3C3FFFFC3C3C3 FCFCC3C3FCFCC3C3FCFC
  3CFFC3C0C0C0C0C3FF3C FCFEC3C3C3C3C3C3FEFC FFFFC0C0FFFFC0C0FFFF FFFFC0C0FFFFC0C0C0C0
  """)

// Fish N' Chips: 16 glyphs.
private let bigFish = glyphs(
  """
  7CC6CEDED6F6E6C67C00 1030F03030303030FC00 78CCCC0C183060CCFC00 78CC0C0C380C0CCC7800
  0C1C3C6CCCFE0C0C1E00 FCC0C0C0F80C0CCC7800 3860C0C0F8CCCCCC7800 FEC6C6060C1830303000
  78CCCCEC78DCCCCC7800 7CC6C6C67C1818307000 3078CCCCCCFCCCCCCC00 FC6666667C666666FC00
  3C66C6C0C0C0C6663C00 F86C66666666666CF800 FE6260647C646062FE00 FE6662647C646060F000
  """)
