#define _GNU_SOURCE
#include "library-symbols.h"

#include <dlfcn.h>
#include <stdint.h>
#include <string.h>

/* A power of two; half of the places stay empty. */
#define PLACES 2048u
#define NAME_BYTES (64u << 10)

struct known {
  /* NULL: an empty place. */
  const char *name;
  void *address;
};

static struct known known[PLACES];
static char names[NAME_BYTES];
static size_t known_count, names_length;

static struct known *place_of(const char *name) {
  uint64_t hash = 0xcbf29ce484222325u;
  for (const char *at = name; *at; at++) hash = (hash ^ (unsigned char)*at) * 0x100000001b3u;
  for (size_t at = hash & (PLACES - 1);; at = (at + 1) & (PLACES - 1))
    if (!known[at].name || strcmp(known[at].name, name) == 0) return &known[at];
}

void note_library_symbol(const char *name) {
  const size_t size = strlen(name) + 1;
  if (size > NAME_BYTES / 16 || place_of(name)->name) return;
  if (known_count == PLACES / 2 || NAME_BYTES - names_length < size) {
    memset(known, 0, sizeof known);
    known_count = names_length = 0;
  }
  char *kept = names + names_length;
  memcpy(kept, name, size);
  names_length += size;
  known_count++;
  *place_of(name) = (struct known){kept, dlsym(RTLD_DEFAULT, name)};
}

void *library_symbol(const char *name) {
  const struct known *found = place_of(name);
  return found->name ? found->address : dlsym(RTLD_DEFAULT, name);
}
