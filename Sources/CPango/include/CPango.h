// Text in any script: Pango chooses the fonts, arranges the letters and draws them. It is found when
// it is first needed, like SDL2, so that a chip8 without a window needs none of it.

#ifndef CPANGO_H
#define CPANGO_H

#include <stdbool.h>
#include <stdint.h>

/// A text as it is drawn.
typedef struct {
  /// UTF-8, without an end mark.
  const char *text;
  int byteCount;
  /// The height of its letters' line, in pixels, before Pango adds what the font asks for.
  int pixelSize;
  bool isBold;
  /// Whether all letters have one width.
  bool isMonospaced;
  /// The pixels that its lines may be wide. What has no room in `maxLines` of them is cut.
  int width;
  int maxLines;
} CPangoText;

/// Loads Pango. Before the other functions are called, this has to have given null.
///
/// - Returns: null, or why it cannot be used.
const char *CPango_load(void);

/// How many pixels a text needs.
void CPango_measure(const CPangoText *text, int *width, int *height);

/// Draws a text in the upper left corner of pixels that are clear: premultiplied ARGB, a row after
/// the other.
void CPango_draw(const CPangoText *text, uint32_t color, uint32_t *pixels, int width, int height);

#endif
