/*
 * Makes code and data that can run in this process from relocatable objects. It does what `ld` and the dynamic loader
 * would do for a unit's executable, without a file and without another process.
 *
 * In: ELF64 objects as clang writes them, in the order of a linker's command line. Out: an image in memory, at an
 * address that differs from image to image. Constants, code and address table are read-only, data is writable.
 *
 * Refused with a reason: thread-local variables of the unit, sections aligned to more than 64 KiB, destructors.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../shared/protocol.h"

/* Constructors below this priority are the sanitizers' own: they run once, not for every input. */
#define FIRST_INPUT_PRIORITY 2u
/* Destructors of this priority and above are the unit's. Those below undo what a sanitizer's constructor did. */
#define FIRST_UNIT_PRIORITY 100u
#define MOST_CONSTRUCTORS 64

struct span {
  unsigned char *start, *end;
};

struct constructor {
  void (**functions)(void);
  size_t count;
  unsigned priority;
};

typedef int main_function(int, char **, char **);

struct image {
  struct span constants, code, data, zeros;
  main_function *main;
  /* By priority. */
  struct constructor constructors[MOST_CONSTRUCTORS];
  size_t constructor_count;
};

struct link_options {
  /* The names that a linker is given by --wrap, NULL-terminated. */
  const char *const *wrapped;
  /* Functions that the runner has instead of the objects' own; NULL for all others. */
  void *(*replaced)(const char *name);
  /* Where the image may lie: a random number of pages above the lowest address. */
  uint64_t random;
};

/* In the parent: what an object asks for that it does not define itself is looked up before any child links it. */
void note_outside_symbols(struct bytes object);

/* False if the objects cannot be made into an image; `reason` then says why. */
bool link_image(const struct bytes *objects, size_t count, const struct link_options *options, struct image *image,
                char *reason, size_t reason_size);
