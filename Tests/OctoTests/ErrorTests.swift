// ErrorTests.swift: what is said about errors, and where.

import Octo
import Testing

@Suite struct ErrorTests {
  @Test(arguments: [
    ("1 2\n", "1:3: this program has no label `main` to start at"),
    (": man 1", "1:7: this program has no label `main` to start at; did you mean `man`?"),
    (": main\n  drow\n: draw", "2:3: unknown name `drow`; did you mean `draw`?"),
    (": main retrun", "1:8: unknown name `retrun`; did you mean `return`?"),
    (": main v0 := speeed :const speed 1", "1:14: unknown name `speeed`"),
    (": main :const speed 1 v0 := speeed", "1:29: unknown name `speeed`; did you mean `speed`?"),
    (": main xyzzy", "1:8: unknown name `xyzzy`"),
    (": main i := a :const a 1", "1:13: `a` is a constant and must be defined before it is used"),
    (": main a :macro a { }", "1:8: `a` is a macro and must be defined before it is used"),
    (": main \u{7} é x v0 :=", "1:17: expected a value, but the source ends here"),
    (": main v0 := : x", "1:14: expected a number, found `:`; is a word missing?"),
    (": main then", "1:8: `then` cannot start a statement; is a word missing before it?"),
    (": main jump if", "1:13: expected an address, found `if`; is a word missing?"),
  ])
  func names(source: String, expected: String) {
    #expect(error(in: source) == expected)
  }

  @Test(arguments: [
    (": main v0 := 256", "1:14: 256 does not fit in a byte (-128 to 255)"),
    (": main -129", "1:8: -129 does not fit in a byte (-128 to 255)"),
    (":const a 300 : main v0 += a", "1:27: `a` is 300, which does not fit in a byte (-128 to 255)"),
    (": main v0 := main", "1:14: `main` is a label, and no address fits in a byte"),
    (": main sprite v0 v1 16", "1:21: 16 does not fit in 4 bits (0 to 15)"),
    (": main jump 0x1000", "1:13: 4096 does not fit in 12 bits (0 to 4095)"),
    (": main i := long -1", "1:18: -1 does not fit in 16 bits (0 to 65535)"),
    (": main plane 4", "1:8: `plane` takes a mask of two planes (0 to 3), not 4"),
    (": main v0 := random v1", "1:21: expected a number, found the register `v1`"),
    (": main i := v1", "1:13: expected an address, found the register `v1`"),
    (": main bcd 5", "1:12: expected a register, found 5"),
    (
      ":alias speed v1 : main bcd sped",
      "1:28: expected a register, found `sped`; did you mean `speed`?"
    ),
    (
      ": main jump x :org 0x1000 : x",
      "1:29: `x` is at 0x1000, which does not fit in the 12 bits of its use on line 1"
    ),
    (
      ": main i := long x :org 0xFFFF 1 : x",
      "1:36: `x` is at 0x10000, which does not fit in the 16 bits of its use on line 1"
    ),
    (":const main 0x1000", "1:1: `main` is at 4096, which no jump can reach"),
  ])
  func values(source: String, expected: String) {
    #expect(error(in: source) == expected)
  }

  @Test(arguments: [
    (": main delay += v0", "1:14: expected `:=`, found `+=`"),
    (": main i -= v0", "1:10: `i` takes `:=` or `+=`, found `-=`"),
    (
      ": main v0 %= 1",
      "1:11: expected an operator such as `:=` or `+=` after the register, found `%=`"
    ),
    (": main if v0 = 1 then", "1:14: expected a comparison such as `==`, found `=`"),
    (
      ": main if v0 == 1 v1 := 2",
      "1:19: expected `then` or `begin` after the condition, found `v1`"
    ),
    (": main if v0", "1:11: expected a comparison, but the source ends here"),
    (": main else", "1:8: this `else` has no matching `begin`"),
    (": main end", "1:8: this `end` has no matching `begin`"),
    (": main while v0 == 1", "1:8: this `while` is not in a loop"),
    (": main again", "1:8: this `again` has no matching `loop`"),
    (": main loop", "1:8: this `loop` has no matching `again`"),
    (": main if v0 == 1 begin", "1:19: this `begin` has no matching `end`"),
    (": main if v0 == 1 begin else", "1:25: this `else` has no matching `end`"),
    (": main \"abc", "1:8: this string has no closing quote"),
    (": main \"abc\\", "1:8: this string has no closing quote"),
    (": main a\"b\"", "1:9: a string needs a space before its opening quote"),
    (
      #": main "a\q""#,
      #"1:10: unknown escape sequence in a string; the known ones are \t \n \r \v \0 \\ and \""#
    ),
  ])
  func statements(source: String, expected: String) {
    #expect(error(in: source) == expected)
  }

  @Test(arguments: [
    (": main\n: a\n: a", "3:3: `a` is already defined on line 2"),
    (": main :alias a v0 : a", "1:22: `a` is already the alias of a register"),
    (": main : a :alias a v0", "1:19: `a` is already a label, on line 1"),
    (": main :const a 1 :const a 2", "1:26: the constant `a` is already defined"),
    (": main :const a 1 :calc a { 2 }", "1:25: `:calc` cannot redefine the constant `a`"),
    (": main :macro a { } :macro a { }", "1:28: the macro `a` is already defined"),
    (": main : load", "1:10: `load` is reserved and cannot be the name of a label"),
    (": OCTO_X", "1:3: `OCTO_X` is reserved and cannot be the name of a label"),
    (": 5", "1:3: expected a name for a label, found the number 5"),
    (": main :alias a { 16 }", "1:15: an alias takes a register from 0 to 15, and this is 16"),
    (
      ": main :alias a { 0 / 0 }",
      "1:15: an alias takes a register from 0 to 15, and this is not a number"
    ),
    (
      ": main later :const a later",
      "1:23: the label `later` must be defined before it is used here"
    ),
    (": main 1 :org 0x200 2", "1:21: there already is a byte of the program at 0x200"),
    (": main :org 0xFFFF 1 2", "1:22: the program runs past the end of memory at 0xFFFF"),
    (": main :assert { 0 }", "1:8: assertion failed"),
    (": main :assert \"too\u{1B}big\" { 0 }", "1:8: assertion failed: too\u{1B}big"),
    (
      ": main :monitor v0 \"%y\"",
      "1:20: every `%` of a format must be followed by a number of bytes, if any, and c, i, b or x"
    ),
  ])
  func directives(source: String, expected: String) {
    #expect(error(in: source) == expected)
  }

  @Test(arguments: [
    (":byte 1 :byte { 1 + }", "2:21: expected a value in the calculation, found `}`"),
    (":byte { 1 + * 2 }", "2:13: expected a value in the calculation, found `*`"),
    (":byte { valeu } :calc value { 1 }", "2:9: unknown name `valeu`"),
    (":byte { ( 1 }", "2:13: expected `)` in the calculation of `:byte`, found `}`"),
    (":byte { 1 2 }", "2:11: expected `}` after the calculation of `:byte`, found 2"),
    (":calc a 1", "2:9: expected `{` before the calculation of `a`, found 1"),
    (":byte { strlen 5 }", "2:16: expected a string after `strlen`, found the number 5"),
    ("jump a :byte { a }", "2:16: the label `a` must be defined before a calculation uses it"),
    (":macro a X { } a", "2:16: the macro `a` takes 1 argument, but the source ends after 0"),
    (":macro a { b }\na", "2:12: unknown name `b` (in `a`, used on line 3)"),
    (":macro a { 1", "2:8: the body of the macro `a` has no closing `}`"),
    (":macro a { 1\n: b { } 1", "2:8: the body of the macro `a` has no closing `}`"),
    (
      ":macro a X\n: b 1",
      "3:1: expected `{` and the body of the macro `a`, or the name of an argument, found `:`"
    ),
    (
      ":macro a X", "2:10: expected `{` and the body of the macro `a`, but the source ends here"
    ),
    (
      ":stringmode s \"ab\" { } :stringmode s \"b\" { }",
      "2:38: the string mode `s` already has the character `b`"
    ),
    (":stringmode s \"ab\" { } s \"abc\"", "2:26: the string mode `s` has no character `c`"),
    (":stringmode s \"1\" { } s 1", "2:25: expected a string, found the number 1"),
  ])
  func metaprogramming(source: String, expected: String) {
    #expect(error(in: ": main\n" + source) == expected)
  }

  @Test func everyPartOfAnErrorIsThere() {
    #expect {
      try assemble(": main\r\n  foo # é\r\n", named: "name.8o")
    } throws: { error in
      let expected = AssemblyError(
        file: "name.8o", line: 2, column: 3, message: "unknown name `foo`",
        sourceLine: "  foo # é")
      return error as? AssemblyError == expected
        && "\(error)" == "name.8o:2:3: unknown name `foo`"
    }
  }

  @Test func longNamesAreCut() {
    let name = String(repeating: "x", count: 100)
    #expect(error(in: ": main " + name) == "1:8: unknown name `\(name.prefix(40))…`")
  }
}
