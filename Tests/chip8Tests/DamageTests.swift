// DamageTests.swift: what becomes of damaged states: a refusal, or the same machine, never another.

import Chip8Core
import SaveState
import Testing

@Suite struct DamageTests {
  /// Machines of every kind of contents, and what others may add.
  private static let names = [
    "vip-backfire", "vip-cycles-display-wait", "schip-swingby", "xochip-schuss-mid-frame",
    "with-unknown-safe-to-copy",
  ]

  private func machine(_ bytes: [UInt8]) -> Result<Chip8, ImageError> {
    do throws(ImageError) {
      return .success(try Image(bytes).machine())
    } catch { return .failure(error) }
  }

  @Test(arguments: names) func everyTruncationIsRefused(name: String) throws {
    let bytes = try CorpusTests.read(name + ".state")
    for count in bytes.indices {
      guard case .failure = machine(Array(bytes.prefix(count))) else {
        Issue.record("\(count) bytes of \(bytes.count) are taken for the whole")
        return
      }
    }
  }

  @Test(arguments: names) func everyFlippedBitIsRefused(name: String) throws {
    var bytes = try CorpusTests.read(name + ".state")
    for bit in 0..<bytes.count * 8 {
      bytes[bit / 8] ^= 1 << (bit % 8)
      guard case .failure = machine(bytes) else {
        Issue.record("bit \(bit) was not noticed")
        return
      }
      bytes[bit / 8] ^= 1 << (bit % 8)
    }
  }

  /// Where the digest was made right again, only what is not part of the machine may differ:
  /// the contents of the sections have checksums of their own.
  @Test(arguments: names) func flippedBitsWithAValidDigestAreRefusedOrHarmless(
    name: String
  ) throws {
    var bytes = try CorpusTests.read(name + ".state")
    let digest = try machine(bytes).get().stateDigest
    var accepted = 0
    for bit in 0..<(bytes.count - 32) * 8 {
      bytes[bit / 8] ^= 1 << (bit % 8)
      let sealed = bytes.dropLast(32) + Digest.sha256(bytes.dropLast(32)).bytes
      if case .success(let machine) = machine(Array(sealed)) {
        accepted += 1
        #expect(machine.stateDigest == digest, "bit \(bit)")
      }
      bytes[bit / 8] ^= 1 << (bit % 8)
    }
    print("\(name): \(accepted) flips of \((bytes.count - 32) * 8) leave the same machine")
    #expect(accepted < 400)
  }
}
