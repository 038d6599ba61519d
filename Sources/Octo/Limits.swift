// Limits.swift: the bounds which keep a hostile source from taking all time or memory.

/// How much work a source may ask for, all far above what a real program needs.
struct Limits {
  /// The longest source, in bytes of UTF-8.
  var sourceBytes = 2 << 20
  /// How deep expansions may nest: a macro which uses itself never ends.
  var expansionDepth = 1000
  /// How many tokens all expansions may make together; a long token counts for more.
  var expandedTokens = 2_000_000
}
