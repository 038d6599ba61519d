#include "CLibretro.h"

// In place of the stdin of a library that is linked statically: Scripts/link-library.sh.
void *CChip8_noStream __attribute__((visibility("hidden"))) = 0;
