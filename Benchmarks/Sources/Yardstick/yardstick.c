#include "yardstick.h"

#include <string.h>

// What is done at an address: where to, and the operands.
struct step {
  const void *code;
  uint16_t nnn;
  uint8_t x, y, nn, n;
};

static struct {
  uint8_t v[16], delay, sound;
  uint16_t i, pc, sp, stack[16];
  uint64_t rows[32];
  uint8_t memory[4096], keys[16];
  uint64_t random;
} machine;

// Two more than there are addresses: a skip at the last one looks that far.
static struct step steps[4096 + 2];
static const void *undecoded;

static void forget(unsigned address, unsigned count) {
  // An instruction that begins a byte earlier reaches into the first.
  for (unsigned k = 0; k <= count; k++) steps[(address + k - 1) & 0xFFF].code = undecoded;
}

const uint8_t *yardstick_registers(void) { return machine.v; }
const uint64_t *yardstick_rows(void) { return machine.rows; }
const uint8_t *yardstick_memory(void) { return machine.memory; }

#define V(r) machine.v[r]
#define M(a) machine.memory[(a) & 0xFFF]

static long execute(long limit) {
  static const void *const system[] = {&&illegal, &&clear, &&back};
  static const void *const high[16] = {
      [1] = &&jump, [2] = &&call, [3] = &&skip_equal, [4] = &&skip_unequal, [5] = &&skip_same,
      [6] = &&set, [7] = &&add, [9] = &&skip_different, [10] = &&index, [11] = &&jump_v0,
      [12] = &&rnd, [13] = &&draw};
  static const void *const arithmetic[16] = {
      &&copy, &&or, &&and, &&xor, &&add_v, &&subtract, &&shift_right, &&subtract_from,
      &&illegal, &&illegal, &&illegal, &&illegal, &&illegal, &&illegal, &&shift_left, &&illegal};
  if (limit < 0) {
    undecoded = &&decode;
    return 0;
  }
  // In registers of the host while the program runs.
  unsigned pc = machine.pc, i = machine.i, sp = machine.sp;
  long left = limit;
  struct step *s;

#define NEXT                      \
  do {                            \
    if (--left < 0) goto done;    \
    s = &steps[pc & 0xFFF];       \
    pc += 2;                      \
    goto *s->code;                \
  } while (0)
#define SKIP_IF(condition)        \
  do {                            \
    if (condition) pc += 2;       \
    NEXT;                         \
  } while (0)

  NEXT;

decode: {
  unsigned at = pc - 2, word = M(at) << 8 | M(at + 1), low = word & 0xFF;
  s->nnn = word & 0xFFF;
  s->x = word >> 8 & 15;
  s->y = word >> 4 & 15;
  s->nn = low;
  s->n = word & 15;
  switch (word >> 12) {
    case 0: s->code = system[word == 0x00E0 ? 1 : word == 0x00EE ? 2 : 0]; break;
    case 8: s->code = arithmetic[word & 15]; break;
    case 14: s->code = low == 0x9E ? &&skip_key : low == 0xA1 ? &&skip_no_key : &&illegal; break;
    case 15:
      switch (low) {
        case 0x07: s->code = &&read_delay; break;
        case 0x0A: s->code = &&wait; break;
        case 0x15: s->code = &&set_delay; break;
        case 0x18: s->code = &&set_sound; break;
        case 0x1E: s->code = &&add_index; break;
        case 0x29: s->code = &&digit; break;
        case 0x33: s->code = &&decimal; break;
        case 0x55: s->code = &&store; break;
        case 0x65: s->code = &&load; break;
        default: s->code = &&illegal;
      }
      break;
    default: s->code = high[word >> 12];
  }
  goto *s->code;
}

illegal:
wait:
  pc -= 2;
  left++;
  limit -= left;
  left = 0;
  goto done;
clear: memset(machine.rows, 0, sizeof machine.rows); NEXT;
back: pc = machine.stack[--sp & 15]; NEXT;
jump: pc = s->nnn; NEXT;
call: machine.stack[sp++ & 15] = pc; pc = s->nnn; NEXT;
jump_v0: pc = s->nnn + V(0); NEXT;
skip_equal: SKIP_IF(V(s->x) == s->nn);
skip_unequal: SKIP_IF(V(s->x) != s->nn);
skip_same: SKIP_IF(V(s->x) == V(s->y));
skip_different: SKIP_IF(V(s->x) != V(s->y));
skip_key: SKIP_IF(machine.keys[V(s->x) & 15]);
skip_no_key: SKIP_IF(!machine.keys[V(s->x) & 15]);
set: V(s->x) = s->nn; NEXT;
add: V(s->x) += s->nn; NEXT;
copy: V(s->x) = V(s->y); NEXT;
or: V(s->x) |= V(s->y); NEXT;
and: V(s->x) &= V(s->y); NEXT;
xor: V(s->x) ^= V(s->y); NEXT;
add_v: { unsigned sum = V(s->x) + V(s->y); V(s->x) = sum; V(15) = sum >> 8; NEXT; }
subtract: { uint8_t a = V(s->x), b = V(s->y); V(s->x) = a - b; V(15) = a >= b; NEXT; }
subtract_from: { uint8_t a = V(s->y), b = V(s->x); V(s->x) = a - b; V(15) = a >= b; NEXT; }
shift_right: { uint8_t a = V(s->y); V(s->x) = a >> 1; V(15) = a & 1; NEXT; }
shift_left: { uint8_t a = V(s->y); V(s->x) = a << 1; V(15) = a >> 7; NEXT; }
index: i = s->nnn; NEXT;
add_index: i = (i + V(s->x)) & 0xFFFF; NEXT;
digit: i = (V(s->x) & 15) * 5; NEXT;
rnd:
  machine.random = machine.random * 6364136223846793005u + 1442695040888963407u;
  V(s->x) = machine.random >> 56 & s->nn;
  NEXT;
read_delay: V(s->x) = machine.delay; NEXT;
set_delay: machine.delay = V(s->x); NEXT;
set_sound: machine.sound = V(s->x); NEXT;
decimal: {
  unsigned a = V(s->x);
  M(i) = a / 100;
  M(i + 1) = a / 10 % 10;
  M(i + 2) = a % 10;
  forget(i, 3);
  NEXT;
}
store: {
  unsigned count = s->x + 1;
  for (unsigned k = 0; k < count; k++) M(i + k) = V(k);
  forget(i, count);
  i = (i + count) & 0xFFFF;
  NEXT;
}
load: {
  unsigned count = s->x + 1;
  for (unsigned k = 0; k < count; k++) V(k) = M(i + k);
  i = (i + count) & 0xFFFF;
  NEXT;
}
draw: {
  unsigned x = V(s->x) & 63, y = V(s->y) & 31, count = s->n;
  if (count > 32 - y) count = 32 - y;
  uint64_t hits = 0;
  for (unsigned k = 0; k < count; k++) {
    uint64_t row = (uint64_t)M(i + k) << 56 >> x;
    hits |= machine.rows[y + k] & row;
    machine.rows[y + k] ^= row;
  }
  V(15) = hits != 0;
  NEXT;
}

done:
  machine.pc = pc;
  machine.i = i;
  machine.sp = sp;
  return limit;
}

void yardstick_load(const uint8_t *program, size_t byte_count) {
  memset(&machine, 0, sizeof machine);
  if (byte_count > sizeof machine.memory - 0x200) byte_count = sizeof machine.memory - 0x200;
  memcpy(machine.memory + 0x200, program, byte_count);
  machine.pc = 0x200;
  machine.random = 1;
  execute(-1);
  for (size_t k = 0; k < sizeof steps / sizeof *steps; k++) steps[k].code = undecoded;
}

long yardstick_frame(long instructions) {
  if (machine.delay) machine.delay--;
  if (machine.sound) machine.sound--;
  return execute(instructions);
}
