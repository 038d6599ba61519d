// MacroTests.swift: macros and string modes.

import Octo
import Testing

@Suite struct MacroTests {
  @Test(arguments: [
    (":macro m { 1 2 } m m", [1, 2, 1, 2]),
    (":macro set R N { R := N } set v3 7", [0x63, 7]),
    (":macro count { :byte CALLS } count count count", [0, 1, 2]),
    (":macro own CALLS { CALLS } own 9 own 8", [9, 8]),
    (":macro in X { X } :macro out Y { in Y in 5 } out 4", [4, 5]),
    (":macro first { second } :macro second X { X } first 6 first 7", [6, 7]),
    (":macro nested { :macro inner { 8 } inner } nested inner", [8, 8]),
    (":macro m X { :calc X { 3 } } m x v0 := x", [0x60, 3]),
  ])
  func macros(source: String, expected: [UInt8]) throws {
    #expect(try bytes(source) == expected)
  }

  @Test(arguments: [
    (#":stringmode t "ABC" { :byte VALUE } t "CAB""#, [2, 0, 1]),
    (#":stringmode t "ABC" { :byte CHAR } t CAB"#, [0x43, 0x41, 0x42]),
    (#":stringmode t "AB" { INDEX CALLS } t "AB" t "B""#, [0, 0, 1, 1, 0, 2]),
    (#":stringmode t "a" { 1 } :stringmode t "b\n\"" { 2 } t "\nab\"""#, [2, 1, 2, 2]),
    (#":stringmode t "" { 1 } t "" 5 6"#, [5, 6]),
  ])
  func stringModes(source: String, expected: [UInt8]) throws {
    #expect(try bytes(source) == expected)
  }

  @Test func whatAMacroHasMadeIsKnownByItsUses() throws {
    let source = """
      :macro inner { v0 := 1 }
      :macro outer { inner v1 := 2 }
      : main
        v2 := 3
        outer
        inner
      """
    let assembly = try assemble(source, named: "test.8o")
    func uses(_ address: Int) -> [String] {
      var (uses, next) = ([String](), assembly.expansionsByAddress[address])
      while let index = next {
        let use = assembly.expansions[index]
        uses.append("\(use.name):\(use.place.line)")
        next = use.parent
      }
      return uses
    }
    #expect(uses(0x200) == [] && uses(0x202) == ["inner:2", "outer:5"])
    #expect(uses(0x205) == ["outer:5"] && uses(0x207) == ["inner:6"])
    #expect(assembly.lines[2]?.line == 1 && assembly.lines[4]?.line == 2)
  }

  @Test func whatBeginsWithAnArgumentIsOfTheMacrosLine() throws {
    let source = """
      :macro add VX N {
        VX += N
      }
      :macro twice VX M {
        M VX 1
        M VX 2
      }
      : main
        twice v0 add
      """
    let assembly = try assemble(source, named: "test.8o")
    #expect(assembly.lines.map { $0?.line } == [2, 2, 2, 2])
    let uses = [0x200, 0x202].compactMap { assembly.expansionsByAddress[$0] }
    #expect(uses.map { assembly.expansions[$0].place.line } == [5, 6])
  }
}
