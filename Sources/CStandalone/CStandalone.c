#include "CStandalone.h"
#include <sys/auxv.h>

// Volatile, so that what it holds is looked up and not known when this is compiled.
static const volatile unsigned char block[CStandalone_byteCount] = {
    0x89, 'A', 'L', 'O', 'N', 'E', '\r', '\n', 0x1A, '\n', 0xC8, 0x1D, 0x5E, 0xA7, 0x93, 0x0B};

const unsigned char *CStandalone_block(void) { return (const unsigned char *)block; }

static int argument_count;
static char **arguments;

// The C library hands them to every constructor, as it does to main.
__attribute__((constructor)) static void keep(int count, char **values) {
  argument_count = count;
  arguments = values;
}

int CStandalone_argumentCount(void) { return argument_count; }

const char *CStandalone_argument(int number) { return arguments[number]; }

const char *CStandalone_path(void) { return (const char *)getauxval(AT_EXECFN); }
