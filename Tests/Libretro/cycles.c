// Loads the core a hundred times, plays, saves and loads in it as front ends do, and unloads it. States are in
// memory of exactly their size, so that an address sanitizer sees what goes past it.
// Usage: cycles CORE PROGRAM

#include <CLibretro.h>
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool environment(unsigned command, void *data) {
  (void)data;
  return command == RETRO_ENVIRONMENT_SET_PIXEL_FORMAT;
}
static void showVideo(const void *pixels, unsigned width, unsigned height, size_t pitch) {
  (void)pixels, (void)width, (void)height, (void)pitch;
}
static size_t playSamples(const int16_t *samples, size_t count) { return (void)samples, count; }
static void pollInput(void) {}
static int16_t inputState(unsigned port, unsigned device, unsigned index, unsigned id) {
  return port == 0 && device == RETRO_DEVICE_JOYPAD && index == 0 && id < 4;
}

/* What is wrong, if anything. */
static const char *play(void *core, const struct retro_game_info *program) {
  bool (*load)(const struct retro_game_info *) = dlsym(core, "retro_load_game");
  void (*run)(void) = dlsym(core, "retro_run");
  size_t (*size)(void) = dlsym(core, "retro_serialize_size");
  bool (*write)(void *, size_t) = dlsym(core, "retro_serialize");
  bool (*read)(const void *, size_t) = dlsym(core, "retro_unserialize");
  void (*reset)(void) = dlsym(core, "retro_reset");
  void (*unload)(void) = dlsym(core, "retro_unload_game");
  if (!load(program)) return "the program is refused";
  for (int k = 0; k < 60; k++) run();
  size_t count = size();
  unsigned char *state = malloc(count), *again = malloc(count);
  const char *error = NULL;
  if (!write(state, count)) error = "a state is not written";
  for (int k = 0; k < 4; k++) run();
  if (!read(state, count) || !write(again, count)) error = "a state is not read";
  if (memcmp(state, again, count) != 0) error = "a state comes back as another";
  // No byte more than it has may be looked at, and none of these is one.
  for (size_t less = 0; less < count; less += 1 + less / 3) {
    unsigned char *cut = malloc(less);
    memcpy(cut, state, less);
    if (read(cut, less)) error = "a state is read that was cut";
    if (write(cut, less)) error = "a state is written where there is no room";
    free(cut);
  }
  for (size_t byte = 0; byte < count; byte += 1 + count / 500) {
    state[byte] ^= 0x10;
    if (read(state, count)) error = "a damaged state is read";
    state[byte] ^= 0x10;
  }
  if (!write(state, count) || memcmp(state, again, count) != 0) error = "the game has changed";
  reset();
  run();
  free(state);
  free(again);
  // One is loaded over the other, and one is left to the end.
  if (!load(program)) error = "the program is refused the second time";
  run();
  unload();
  if (read(&count, sizeof count) || size() != 0) error = "there is a game left";
  return load(program) ? error : "the program is refused the third time";
}

int main(int argc, char **argv) {
  static unsigned char program[65024];
  FILE *file = argc == 3 ? fopen(argv[2], "rb") : NULL;
  if (!file) return 64;
  struct retro_game_info info = {argv[2], program, fread(program, 1, sizeof program, file), NULL};
  fclose(file);
  for (int k = 0; k < 100; k++) {
    void *core = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
    if (!core) return puts(dlerror()), 1;
    ((void (*)(retro_environment_t))dlsym(core, "retro_set_environment"))(environment);
    ((void (*)(retro_video_refresh_t))dlsym(core, "retro_set_video_refresh"))(showVideo);
    ((void (*)(retro_audio_sample_batch_t))dlsym(core, "retro_set_audio_sample_batch"))(playSamples);
    ((void (*)(retro_input_poll_t))dlsym(core, "retro_set_input_poll"))(pollInput);
    ((void (*)(retro_input_state_t))dlsym(core, "retro_set_input_state"))(inputState);
    ((void (*)(void))dlsym(core, "retro_init"))();
    const char *error = play(core, &info);
    ((void (*)(void))dlsym(core, "retro_deinit"))();
    if (error) return puts(error), 1;
    dlclose(core);
    if (dlopen(argv[1], RTLD_NOW | RTLD_NOLOAD)) return puts("it is still there"), 1;
  }
  puts("done");
  return 0;
}
