// A place in this executable that can be found and changed in a copy of it: there the copy says that
// it stands alone with a saved state, and how it is run.

#ifndef CSTANDALONE_H
#define CSTANDALONE_H

enum {
  /// How many bytes at the block's start tell where it is.
  CStandalone_magicByteCount = 16,
  /// How many bytes the block has.
  CStandalone_byteCount = 1024,
};

/// The block in this executable: the magic, a byte that is 1 in a copy that stands alone, and then
/// the options that it is run with, each with a zero after it.
const unsigned char *CStandalone_block(void);

/// How many arguments this executable was started with, its name included.
int CStandalone_argumentCount(void);

/// One of them. Swift reads them from /proc, which need not be there, and has none then.
const char *CStandalone_argument(int number);

/// The path by which this executable was started, for where there is no /proc.
const char *CStandalone_path(void);

#endif
