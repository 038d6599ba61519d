// RecoveryTests.swift: several errors in one run, and none that only follows from another.

import Octo
import Testing

@Suite struct RecoveryTests {
  /// The errors in a source, as they are printed, without the name of the file.
  private func errors(in source: String, atMost maxErrorCount: Int = 20) -> [String] {
    do throws(AssemblyErrors) {
      _ = try assemble(source, named: "a", maxErrorCount: maxErrorCount)
      return []
    } catch {
      return error.errors.map { String($0.description.dropFirst(2)) }
    }
  }

  @Test func independentErrorsAreAllReported() {
    let source = """
      :const SIZE 4
      :calc twice { SIZEE * 2 }
      : draw-ball
        i := bal
        v0 := 300
        delay += v0
        plane 9
        draw-bal
        bcd 5
      : main : draw-ball :assert { 0 }
        retrun
      """
    #expect(
      errors(in: source) == [
        "2:15: unknown name `SIZEE`; did you mean `SIZE`?",
        "4:8: unknown name `bal`",
        "5:9: 300 does not fit in a byte (-128 to 255)",
        "6:9: expected `:=`, found `+=`",
        "7:3: `plane` takes a mask of two planes (0 to 3), not 9",
        "8:3: unknown name `draw-bal`; did you mean `draw-ball`?",
        "9:7: expected a register, found 5",
        "10:10: `draw-ball` is already defined on line 3",
        "11:3: unknown name `retrun`; did you mean `return`?",
      ])
  }

  /// Each source has one error, and all else that could be complained about follows from it.
  @Test(arguments: [
    // A name that is unknown is unknown everywhere, and so is what is made of it.
    ": main v0 := SIZ\n v1 := SIZ\n :byte SIZ\n bcd SIZ\n SIZ\n jump SIZ",
    ":calc a { b }\n: main :assert { a == 1 }\n :byte { a * 300 } :const c a\n v0 := c",
    ":const a b\n: main :org a\n 1 :org 0x202 2 :org 0x200 3\n : x :alias y { a }\n y := 1",
    // A definition that is wrong or lost.
    ":alias 5 v0\n: main",
    ":alias x w0\n: main\n x += 1\n v0 := x\n sprite x v0 1",
    ":alais x v0\n: main\n x += 1\n v0 := x\n sprite x v0 1",
    ":cosnt a 1\n: main\n v0 := a\n v1 += a",
    ":macroo a X {\n X := 1\n : b\n loop\n }\n: main\n a v0\n jump b\n a v1",
    ": main delay = v0 : a :const b 1 :alias c v2\n jump a\n v0 := b\n c += 1",
    // Blocks whose beginning or end is lost.
    ": main if v0 = 1 begin\n clear\n else\n clear\n end",
    ": main lop\n clear\n again",
    ": main loop\n v0 += 1\n while v0 != 5\n agian",
    ": main if v0 == 1 bgin\n clear\n else\n clear\n end",
    // Misspelt words with operands after them.
    ":macro put X Y { sprite X Y 1 }\n: main\n putt v0 v1",
    ": main\n sprit v0 v1 5\n bcd v0",
    ": main\n v5 :+ 5\n clear",
    // A calculation that is skipped as a whole.
    ": main :byte { 1 2\n + 3 } :byte { 1 }\n clear",
    // A error in a macro is one error, however often it is used.
    ":macro m X {\n X =\n 1\n clear }\n: main\n m v0\n m v1\n clear",
    ":macro m { v0 := oops\n clear }\n: main\n m\n m\n clear",
    // A brace that is missing, or that no calculation has.
    ": main :calc a 1 + 2 }\n v0 := a\n v1 := b",
    ":macro a X { :const X 1\n: main\n a b\n v0 := b",
    // Constants that a macro would have made.
    ":macroq a X { :const X 1 }\n: main\n a b\n v0 := b",
    // An operand that is missing at the end of a line.
    ": main v0 :=\n v1 += 1\n clear",
    ": main sprite v0 1\n v1 += 1\n clear",
    // One byte in the way stands for all.
    ": main 1 2 3 4 :org 0x200 1 2 3 4\n :org 0xFFFF 1 2 3",
    // Nothing is known after the end of a macro that is not there.
    ": main\n :macro a {\n : b 1\n jump c",
    ": main :macro 5 { }\n jump c\n v0 := 300",
  ])
  func errorsDoNotCauseOthers(source: String) {
    let errors = errors(in: source)
    #expect(errors.count == 1, "\(errors)")
  }

  @Test func knownNamesKeepTheirMeaning() {
    let source = ": main\n putt v0 clear x\n clear ops\n v0 := oops\n x := 1\n : load load woops"
    #expect(
      errors(in: source).map { $0.prefix(2) } == ["2:", "3:", "4:", "6:"], "\(errors(in: source))")
  }

  @Test func labelsThatAMacroMakesAreNotMissed() {
    let source = """
      :macro define NAME { : NAME clear }
      : main
        jump a
        b
        v0 := oops
        define a define b
      """
    #expect(errors(in: source) == ["5:9: unknown name `oops`"])
  }

  @Test func unclosedBlocksAreReportedAlone() {
    #expect(
      errors(in: ": main\n end\n again") == ["2:2: this `end` has no matching `begin`"])
    #expect(errors(in: ": main loop") == ["1:8: this `loop` has no matching `again`"])
  }

  @Test func notANumberIsAnError() {
    let source = ": main :calc n { 0 / 0 } :const big 300 "
    #expect(error(in: source + "sprite v0 v1 n v0 := big") != nil)
    #expect(error(in: source + ":alias x { n }") != nil)
    #expect(error(in: source + ":assert { n }") != nil)
    #expect(error(in: source + ":org n") == nil)
  }

  @Test func recoveryTerminates() {
    let source = ": main\n" + String(repeating: "v0 := 300\n", count: 100)
    #expect(errors(in: source, atMost: 7).count == 7)
    #expect(errors(in: source, atMost: 1) == [error(in: source)])
    let names = (0..<50_000).map { "name\($0)\n" }.joined()
    #expect(errors(in: ": main " + names).count == 20)
  }

  @Test func onePieceOfNonsenseAfterAnother() {
    let source = String(repeating: ":macro { } ( 1 \n", count: 20_000)
    #expect((1...20).contains(errors(in: source).count))
    let deep = ": main\n" + String(repeating: ":byte { ( 1 \n", count: 20_000)
    #expect((1...20).contains(errors(in: deep).count))
  }

  /// Whatever one run finds at once, the first error alone would have been found too.
  @Test(arguments: [8, 9] as [UInt64])
  func damagedSourcesAreJudgedAlike(seed: UInt64) throws {
    for source in damagedSources(400, seed: seed) {
      let found = errors(in: source)
      #expect(found.isEmpty == (error(in: source) == nil), "seed \(seed): \(source)")
      #expect(found.count <= 20)
    }
  }
}
