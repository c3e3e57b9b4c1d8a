#define _GNU_SOURCE
#include "outside-symbols.h"

#include <dlfcn.h>
#include <link.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "sanitizer-stops.h"
#include "unit-calls.h"

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

/* The tables of a loaded library that its symbols are looked up in (DT_GNU_HASH). */
struct tables {
  const uint32_t *hash;
  const ElfW(Sym) *symbols;
  const char *names;
};

static bool find_tables(const struct dl_phdr_info *info, struct tables *tables) {
  *tables = (struct tables){0};
  for (int i = 0; i < info->dlpi_phnum; i++) {
    if (info->dlpi_phdr[i].p_type != PT_DYNAMIC) continue;
    const ElfW(Dyn) *entry = (const ElfW(Dyn) *)(info->dlpi_addr + info->dlpi_phdr[i].p_vaddr);
    for (; entry->d_tag != DT_NULL; entry++) {
      /* The loader has made addresses of what is in a file, but not of what the kernel provides. */
      const uintptr_t value = entry->d_un.d_ptr, at = value < info->dlpi_addr ? info->dlpi_addr + value : value;
      if (entry->d_tag == DT_GNU_HASH) tables->hash = (const uint32_t *)at;
      if (entry->d_tag == DT_SYMTAB) tables->symbols = (const ElfW(Sym) *)at;
      if (entry->d_tag == DT_STRTAB) tables->names = (const char *)at;
    }
  }
  return tables->hash && tables->symbols && tables->names;
}

static uint32_t gnu_hash(const char *name) {
  uint32_t hash = 5381;
  for (const unsigned char *at = (const unsigned char *)name; *at; at++) hash = hash * 33 + *at;
  return hash;
}

static int defines_symbol(struct dl_phdr_info *info, size_t size, void *name) {
  (void)size;
  struct tables tables;
  if (!find_tables(info, &tables)) return false;
  const uint32_t bucket_count = tables.hash[0], first = tables.hash[1], bloom_words = tables.hash[2];
  const uint32_t *buckets = tables.hash + 4 + bloom_words * (sizeof(ElfW(Addr)) / sizeof *tables.hash);
  const uint32_t *chains = buckets + bucket_count, hash = gnu_hash(name);
  if (bucket_count == 0) return false;
  uint32_t index = buckets[hash % bucket_count];
  if (index < first) return false;
  for (;; index++) {
    const uint32_t found = chains[index - first];
    if ((found | 1) == (hash | 1) && strcmp(tables.names + tables.symbols[index].st_name, name) == 0) return true;
    if (found & 1) return false;
  }
}

static void *look_up(const char *name) {
  void *provided = provided_function(name);
  if (!provided) provided = sanitizer_stop(name);
  if (provided) return provided;
  /* For an unknown name dlsym puts a message on the heap, and every child would have to copy that. */
  return dl_iterate_phdr(defines_symbol, (void *)name) ? dlsym(RTLD_DEFAULT, name) : NULL;
}

void note_outside_symbol(const char *name) {
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
  *place_of(name) = (struct known){kept, look_up(name)};
}

void *outside_symbol(const char *name) {
  const struct known *found = place_of(name);
  return found->name ? found->address : look_up(name);
}
