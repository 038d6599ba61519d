// Limits.swift: the bounds which keep a hostile source from taking all time or memory.

/// How much work a source may ask for, all far above what a real program needs.
package struct Limits {
  /// The longest program, in bytes of UTF-8; a file counts for each time that it is included.
  package var sourceBytes: Int
  /// How many files a program may have.
  package var files: Int
  /// How deep files may include each other.
  package var includeDepth: Int
  /// How deep expansions may nest: a macro which uses itself never ends.
  package var expansionDepth: Int
  /// How many tokens all expansions may make together; a long token takes precedence.
  package var expandedTokens: Int

  package init(
    sourceBytes: Int = 2 << 20, files: Int = 256, includeDepth: Int = 32,
    expansionDepth: Int = 1000, expandedTokens: Int = 2_000_000
  ) {
    self.sourceBytes = sourceBytes
    self.files = files
    self.includeDepth = includeDepth
    self.expansionDepth = expansionDepth
    self.expandedTokens = expandedTokens
  }
}
