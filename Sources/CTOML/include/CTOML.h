// TOML, read by toml++ (Debian's libtomlplusplus-dev), which needs C++: each value with its line.

#ifndef CTOML_H
#define CTOML_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// The value of a key. Dates, numbers that are not integers and lists are `CTOMLOther`, and have no text.
typedef enum { CTOMLText, CTOMLInteger, CTOMLBoolean, CTOMLOther } CTOMLKind;

/// A value. Nothing in it outlives the call.
typedef struct {
  /// Its keys from the outermost table on, with dots between them: UTF-8, without an end mark.
  const char *path;
  size_t pathByteCount;
  CTOMLKind kind;
  const char *text;
  size_t textByteCount;
  /// The line, from 1 on.
  uint32_t line;
} CTOMLValue;

/// Reads a file, and calls `visit` for each of its values if it is TOML.
///
/// Returns the line of the first error, with the reason in `reason`; 0 if there is none.
uint32_t CTOML_read(
  const char *bytes, size_t count, void *context, void (*visit)(void *context, CTOMLValue value),
  char *reason, size_t reasonByteCount);

#ifdef __cplusplus
}
#endif

#endif
