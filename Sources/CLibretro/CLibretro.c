#include "CLibretro.h"
