// Two copies of the library in one process: each has its own machines, and knows those of the other for what
// they are not. Then the process forks: the child's machines go on, with a team that has lost its threads.
// Prints the digests of a machine that has gone on in the child, and in the parent.
// Usage: copies LIBRARY OTHER PROGRAM

#define _GNU_SOURCE
#include <chip8.h>
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

struct copy {
  int32_t (*create)(
    const void *, size_t, const chip8_options *, chip8_machine **, char *, size_t);
  int32_t (*run)(chip8_machine *, uint64_t, uint16_t);
  int32_t (*digest)(chip8_machine *, uint8_t *);
  int32_t (*destroy)(chip8_machine *);
  int32_t (*start)(uint32_t, chip8_team **);
  int32_t (*step)(
    chip8_team *, chip8_machine *const *, size_t, const chip8_batch *, char *, size_t);
  int32_t (*end)(chip8_team *);
  chip8_machine *machine;
  uint8_t digests[2][32];
};

static int load(struct copy *copy, const char *path) {
  void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (!library) return puts(dlerror()), 1;
  copy->create = dlsym(library, "chip8_create");
  copy->run = dlsym(library, "chip8_run_frames");
  copy->digest = dlsym(library, "chip8_digest");
  copy->destroy = dlsym(library, "chip8_destroy");
  copy->start = dlsym(library, "chip8_team_create");
  copy->step = dlsym(library, "chip8_batch_step");
  copy->end = dlsym(library, "chip8_team_destroy");
  return 0;
}

/* Runs 60 frames in a batch. */
static int goOn(struct copy *copy, chip8_team *team, uint8_t *digest) {
  chip8_batch batch = {.struct_size = sizeof batch, .frames = 60};
  return copy->step(team, &copy->machine, 1, &batch, NULL, 0) != 0
         || copy->digest(copy->machine, digest) != 0;
}

int main(int argc, char **argv) {
  static unsigned char program[65024];
  static struct copy copies[2];
  FILE *file = argc == 4 ? fopen(argv[3], "rb") : NULL;
  if (!file) return 64;
  size_t size = fread(program, 1, sizeof program, file);
  fclose(file);
  for (int k = 0; k < 2; k++) {
    struct copy *copy = &copies[k];
    if (load(copy, argv[1 + k])) return 1;
    if (copy->create(program, size, NULL, &copy->machine, NULL, 0) != 0) return puts("create"), 1;
    if (copy->run(copy->machine, 100, 0) != 0) return puts("run"), 1;
    copy->digest(copy->machine, copy->digests[0]);
  }
  if (copies[0].run == copies[1].run) return puts("it is one library"), 1;
  if (memcmp(copies[0].digests[0], copies[1].digests[0], 32)) return puts("they differ"), 1;
  for (int k = 0; k < 2; k++) {
    chip8_machine *foreign = copies[1 - k].machine;
    if (copies[k].run(foreign, 1, 0) != CHIP8_ERROR_HANDLE) return puts("foreign machines run"), 1;
    if (copies[k].destroy(foreign) != CHIP8_ERROR_HANDLE) return puts("or are destroyed"), 1;
  }

  struct copy *copy = &copies[0];
  chip8_team *team;
  if (copy->start(3, &team) != 0) return puts("team"), 1;
  fflush(stdout);
  pid_t child = fork();
  if (child == 0) {
    uint8_t digest[32];
    if (goOn(copy, team, digest)) _exit(2);
    _exit(write(1, digest, 32) == 32 ? 0 : 3);
  }
  int status;
  if (waitpid(child, &status, 0) != child || status != 0) return puts("the child fails"), 1;
  if (goOn(copy, team, copy->digests[1]) || copy->end(team) != 0) return puts("parent"), 1;
  if (write(1, copy->digests[1], 32) != 32) return 1;
  return 0;
}
