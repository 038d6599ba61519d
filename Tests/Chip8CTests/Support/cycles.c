// Loads the library a hundred times, uses it on two threads, and unloads it.
// Usage: cycles LIBRARY PROGRAM

#define _GNU_SOURCE
#include <chip8.h>
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

static unsigned char program[65024];
static size_t size;
static uint8_t digests[2][32];

struct use {
  void *library;
  uint8_t *digest;
  const char *error;
};

static void *use(void *argument) {
  struct use *use = argument;
  int32_t (*create)(
    const void *, size_t, const chip8_options *, chip8_machine **, char *, size_t) =
    dlsym(use->library, "chip8_create");
  int32_t (*run)(chip8_machine *, uint64_t, uint16_t) = dlsym(use->library, "chip8_run_frames");
  int32_t (*digest)(chip8_machine *, uint8_t *) = dlsym(use->library, "chip8_digest");
  const void *(*save)(chip8_machine *, size_t *) = dlsym(use->library, "chip8_save");
  int32_t (*start)(uint32_t, chip8_team **) = dlsym(use->library, "chip8_team_create");
  int32_t (*end)(chip8_team *) = dlsym(use->library, "chip8_team_destroy");
  int32_t (*destroy)(chip8_machine *) = dlsym(use->library, "chip8_destroy");
  chip8_machine *machine;
  chip8_team *team;
  size_t imageSize;
  if (create(program, size, NULL, &machine, NULL, 0) != 0) return use->error = "create", NULL;
  if (run(machine, 600, 0) != CHIP8_STOP_DONE) return use->error = "run", NULL;
  if (digest(machine, use->digest) != 0) return use->error = "digest", NULL;
  if (!save(machine, &imageSize)) return use->error = "save", NULL;
  if (start(3, &team) != 0 || end(team) != 0) return use->error = "team", NULL;
  if (destroy(machine) != 0 || destroy(machine) != CHIP8_ERROR_HANDLE) use->error = "destroy";
  return NULL;
}

int main(int argc, char **argv) {
  FILE *file = argc == 3 ? fopen(argv[2], "rb") : NULL;
  if (!file) return 64;
  size = fread(program, 1, sizeof program, file);
  fclose(file);
  for (int k = 0; k < 100; k++) {
    void *library = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
    if (!library) return puts(dlerror()), 1;
    struct use one = {library, digests[0], NULL}, other = {library, digests[1], NULL};
    pthread_t thread;
    pthread_create(&thread, NULL, use, &other);
    use(&one);
    pthread_join(thread, NULL);
    if (one.error || other.error) return puts(one.error ? one.error : other.error), 1;
    if (memcmp(digests[0], digests[1], 32) != 0) return puts("the digests differ"), 1;
    dlclose(library);
    if (dlopen(argv[1], RTLD_NOW | RTLD_NOLOAD)) return puts("it is still there"), 1;
  }
  // There are 1024 of them, and leaking some exhausts them after a while.
  pthread_key_t key;
  pthread_key_create(&key, NULL);
  if (key > 8) return printf("%u keys of threads are left\n", key), 1;
  puts("done");
  return 0;
}
