// SDL2's own declarations, for functions that are found when they are first needed: CSDL2.c. A chip8
// without a window needs no SDL2, so it is not linked to it.

#ifndef CSDL2_H
#define CSDL2_H

// The functions that stand in for SDL2's are this executable's own business.
#define DECLSPEC __attribute__((visibility("hidden")))
#include <SDL2/SDL.h>

/// Loads SDL2. Before any other function of it is called, this has to have given null.
///
/// - Returns: null, or why SDL2 cannot be used.
const char *CSDL2_load(void);

#endif
