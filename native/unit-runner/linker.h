/*
 * What the parts of the linker (link-image.c) have in common: the objects as they are read, what they define, and where
 * it all lies in the image. None of it outlives the linking.
 */
#pragma once

#include <elf.h>
#include <string.h>

#include "image.h"

#if defined(__x86_64__)
#include "relocate-x86-64.h"
#else
#error "the unit runner loads objects of x86-64 only: this machine needs its own relocate-*.h"
#endif

#define MOST_ALIGNMENT (64u << 10)
/* Of a wrapped function's own name. */
#define REAL_PREFIX "__real_"

enum class { SKIPPED, CONSTANTS, CODE, DATA, ZEROS };

struct symbol_use {
  uint64_t address;
  /* Positions in the address table and among the stubs, plus one; 0: none yet. */
  uint32_t slot, stub;
  bool resolved;
};

struct object {
  const unsigned char *bytes;
  size_t size;
  const Elf64_Shdr *sections;
  size_t section_count;
  const char *section_names;
  size_t section_names_size;
  const Elf64_Sym *symbols;
  size_t symbol_count;
  const char *names;
  size_t names_size;
  /* Offset of each section in the image; SIZE_MAX: it has no place there. */
  size_t *offsets;
  struct symbol_use *uses;
};

enum strength { UNDEFINED, COMMON, WEAK, STRONG };

struct definition {
  const char *name;
  enum strength strength;
  size_t object, symbol;
  /* Of common symbols: where their memory is, relative to the image. */
  size_t common_offset, common_size, common_alignment;
};

/* Sections whose name is a C identifier lie together, between __start_NAME and __stop_NAME. */
struct named_span {
  const char *name;
  size_t start, end;
};

#define MOST_NAMED_SPANS 32

struct linker {
  const struct link_options *options;
  struct object *objects;
  size_t object_count;
  struct definition *definitions;
  size_t definition_room;
  struct named_span spans[MOST_NAMED_SPANS];
  size_t span_count;
  unsigned char *scratch, *scratch_end;
  unsigned char *base;
  size_t slots_offset, slot_count, slot_room, stubs_offset, stub_count, stub_room;
  char *reason;
  size_t reason_size;
};

/* Says why the objects cannot be linked; always false. */
__attribute__((format(printf, 2, 3))) bool refuse(struct linker *linker, const char *format, ...);

static inline size_t align(size_t offset, size_t alignment) {
  return alignment > 1 ? (offset + alignment - 1) & ~(alignment - 1) : offset;
}

/* Zeroed memory that lives as long as the linking; the caller has made room for all of it. */
void *take(struct linker *linker, size_t size);

/* ---- read-object.c: nothing that is read is trusted to be whole ---- */

const char *section_name(const struct object *object, const Elf64_Shdr *section);
const char *symbol_name(const struct object *object, const Elf64_Sym *symbol);

/* The tables alone, for which no memory is taken. */
bool read_tables(struct linker *linker, struct object *object, struct bytes bytes);

/* False if the object is broken, or needs what is not supported. */
bool read_object(struct linker *linker, struct object *object, struct bytes bytes);

enum class classify(const struct object *object, const Elf64_Shdr *section);

/* The number behind the last dot of .init_array.NUMBER. */
unsigned priority_of(const char *name);

/* ---- place-sections.c ---- */

/* Gives each section of the class its place, from `offset` on, and moves that behind them. */
bool place_class(struct linker *linker, enum class class, size_t *offset);
void place_commons(struct linker *linker, size_t *offset);

/* ---- resolve-symbols.c ---- */

/* The entry of that name, empty if nothing defines it yet. */
struct definition *definition_of(struct linker *linker, const char *name);

bool define_symbols(struct linker *linker, size_t object_index);

/* All of these once everything has its place. */
bool defined_address(struct linker *linker, const struct object *object, const Elf64_Sym *symbol, uint64_t *address);
bool resolve(struct linker *linker, struct object *object, size_t index, struct symbol_use **use);
