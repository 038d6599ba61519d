// The part of chafa that draws cells of characters, found when it is first needed: CChafa.c. Without it
// chip8 draws half blocks, so it is not linked to it, and needs none of its headers to be built.

#ifndef CCHAFA_H
#define CCHAFA_H

#include <stdint.h>

/// Sets of characters, by chafa's numbers; they may be combined.
enum {
  CChafa_space = 1 << 0,
  CChafa_solid = 1 << 1,
  CChafa_quadrants = 1 << 7,
  CChafa_halves = 1 << 8 | 1 << 9,
  CChafa_sextants = 1 << 22,
};

/// What is in a cell: a character and its colours, 0xRRGGBB.
struct CChafa_cell {
  uint32_t character;
  uint32_t foreground;
  uint32_t background;
};

/// Loads chafa. Before the other function is called, this has to have given null.
///
/// - Returns: null, or why chafa cannot be used.
const char *CChafa_load(void);

/// The character and the two colours of it that look most like a picture of 8 by 8 points.
///
/// - Parameters:
///   - sets: the characters to choose from.
///   - points: four bytes each: red, green, blue, and 255.
struct CChafa_cell CChafa_cellLike(const uint8_t *points, uint32_t sets);

#endif
