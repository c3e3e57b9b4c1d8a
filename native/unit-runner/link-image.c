#define _GNU_SOURCE
#include "image.h"

#include <elf.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "outside-symbols.h"
#include "raw-memory.h"

#if defined(__x86_64__)
#include "relocate-x86-64.h"
#else
#error "the unit runner loads objects of x86-64 only: this machine needs its own relocate-*.h"
#endif

#define MOST_ALIGNMENT (64u << 10)
#define DEFAULT_PRIORITY 65535u
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

__attribute__((format(printf, 2, 3))) static bool refuse(struct linker *linker, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(linker->reason, linker->reason_size, format, arguments);
  va_end(arguments);
  return false;
}

static size_t align(size_t offset, size_t alignment) {
  return alignment > 1 ? (offset + alignment - 1) & ~(alignment - 1) : offset;
}

/* Zeroed memory that lives as long as the linking; the caller has made room for all of it. */
static void *take(struct linker *linker, size_t size) {
  unsigned char *taken = linker->scratch;
  size = align(size, 16);
  if ((size_t)(linker->scratch_end - taken) < size) return NULL;
  linker->scratch += size;
  return taken;
}

/* ---- reading -------------------------------------------------------------------------------------------- */

static bool holds(const struct object *object, uint64_t offset, uint64_t length) {
  return offset <= object->size && length <= object->size - offset;
}

static bool is_terminated(const char *text, size_t size) { return size > 0 && text[size - 1] == '\0'; }

static const char *section_name(const struct object *object, const Elf64_Shdr *section) {
  return section->sh_name < object->section_names_size ? object->section_names + section->sh_name : "";
}

static const char *symbol_name(const struct object *object, const Elf64_Sym *symbol) {
  return symbol->st_name < object->names_size ? object->names + symbol->st_name : "";
}

static bool read_tables(struct linker *linker, struct object *object, struct bytes bytes) {
  object->bytes = (const unsigned char *)bytes.data;
  object->size = bytes.length;
  const Elf64_Ehdr *header = (const Elf64_Ehdr *)bytes.data;
  if (!holds(object, 0, sizeof *header) || memcmp(header->e_ident, ELFMAG, SELFMAG) != 0 ||
      header->e_ident[EI_CLASS] != ELFCLASS64 || header->e_type != ET_REL || header->e_machine != IMAGE_MACHINE)
    return refuse(linker, "not a relocatable object of this machine");
  object->section_count = header->e_shnum;
  if (header->e_shoff % 8 != 0 || header->e_shentsize != sizeof(Elf64_Shdr) ||
      !holds(object, header->e_shoff, object->section_count * sizeof(Elf64_Shdr)))
    return refuse(linker, "an object with a broken section table");
  object->sections = (const Elf64_Shdr *)(object->bytes + header->e_shoff);
  for (size_t i = 0; i < object->section_count; i++) {
    const Elf64_Shdr *section = &object->sections[i];
    if (section->sh_type != SHT_NOBITS && !holds(object, section->sh_offset, section->sh_size))
      return refuse(linker, "an object that ends early");
    if (section->sh_size > UINT32_MAX || section->sh_addralign > MOST_ALIGNMENT ||
        (section->sh_addralign & (section->sh_addralign - 1)) != 0)
      return refuse(linker, "a section of unusual size or alignment");
  }
  if (header->e_shstrndx < object->section_count) {
    const Elf64_Shdr *names = &object->sections[header->e_shstrndx];
    object->section_names = (const char *)object->bytes + names->sh_offset;
    object->section_names_size = is_terminated(object->section_names, names->sh_size) ? names->sh_size : 0;
  }
  for (size_t i = 0; i < object->section_count; i++) {
    const Elf64_Shdr *section = &object->sections[i];
    if (section->sh_type != SHT_SYMTAB) continue;
    if (section->sh_link >= object->section_count || section->sh_offset % 8 != 0)
      return refuse(linker, "an object with a broken symbol table");
    const Elf64_Shdr *names = &object->sections[section->sh_link];
    object->symbols = (const Elf64_Sym *)(object->bytes + section->sh_offset);
    object->symbol_count = section->sh_size / sizeof(Elf64_Sym);
    object->names = (const char *)object->bytes + names->sh_offset;
    object->names_size = is_terminated(object->names, names->sh_size) ? names->sh_size : 0;
  }
  return true;
}

static bool read_object(struct linker *linker, struct object *object, struct bytes bytes) {
  if (!read_tables(linker, object, bytes)) return false;
  object->offsets = take(linker, object->section_count * sizeof *object->offsets);
  object->uses = take(linker, object->symbol_count * sizeof *object->uses);
  if (!object->offsets || !object->uses) return refuse(linker, "out of memory");
  memset(object->offsets, 0xff, object->section_count * sizeof *object->offsets);
  return true;
}

static enum class classify(const struct object *object, const Elf64_Shdr *section) {
  if (!(section->sh_flags & SHF_ALLOC)) return SKIPPED;
  /* Nothing here is unwound, and notes are for files. */
  if (section->sh_type == SHT_NOTE || strcmp(section_name(object, section), ".eh_frame") == 0) return SKIPPED;
  if (section->sh_flags & SHF_EXECINSTR) return CODE;
  if (section->sh_type == SHT_FINI_ARRAY) return SKIPPED;
  if (section->sh_type == SHT_NOBITS) return ZEROS;
  return section->sh_flags & SHF_WRITE ? DATA : CONSTANTS;
}

/* The number behind the last dot of .init_array.NUMBER. */
static unsigned priority_of(const char *name) {
  const char *dot = strrchr(name, '.');
  if (dot == name || dot[1] < '0' || dot[1] > '9') return DEFAULT_PRIORITY;
  unsigned priority = 0;
  for (const char *digit = dot + 1; *digit >= '0' && *digit <= '9' && priority < DEFAULT_PRIORITY; digit++)
    priority = priority * 10 + (unsigned)(*digit - '0');
  return priority;
}

static bool check_sections(struct linker *linker, const struct object *object) {
  for (size_t i = 0; i < object->section_count; i++) {
    const Elf64_Shdr *section = &object->sections[i];
    if (!(section->sh_flags & SHF_ALLOC)) continue;
    if (section->sh_flags & SHF_TLS) return refuse(linker, "thread-local variables");
    if (section->sh_type == SHT_FINI_ARRAY && priority_of(section_name(object, section)) >= FIRST_UNIT_PRIORITY)
      return refuse(linker, "destructors");
    if (section->sh_type == SHT_PREINIT_ARRAY) return refuse(linker, "constructors before all others");
  }
  return true;
}

/* ---- symbols -------------------------------------------------------------------------------------------- */

static struct definition *definition_of(struct linker *linker, const char *name) {
  uint64_t hash = 0xcbf29ce484222325u;
  for (const char *at = name; *at; at++) hash = (hash ^ (unsigned char)*at) * 0x100000001b3u;
  for (size_t at = hash & (linker->definition_room - 1);; at = (at + 1) & (linker->definition_room - 1)) {
    struct definition *found = &linker->definitions[at];
    if (!found->name || strcmp(found->name, name) == 0) return found;
  }
}

static enum strength strength_of(const Elf64_Sym *symbol) {
  if (symbol->st_shndx == SHN_UNDEF) return UNDEFINED;
  if (symbol->st_shndx == SHN_COMMON) return COMMON;
  return ELF64_ST_BIND(symbol->st_info) == STB_WEAK ? WEAK : STRONG;
}

static bool define_symbols(struct linker *linker, size_t object_index) {
  const struct object *object = &linker->objects[object_index];
  for (size_t i = 0; i < object->symbol_count; i++) {
    const Elf64_Sym *symbol = &object->symbols[i];
    if (ELF64_ST_TYPE(symbol->st_info) == STT_GNU_IFUNC) return refuse(linker, "indirect functions");
    if (ELF64_ST_BIND(symbol->st_info) == STB_LOCAL || symbol->st_shndx == SHN_UNDEF) continue;
    const char *name = symbol_name(object, symbol);
    struct definition *definition = definition_of(linker, name);
    enum strength strength = strength_of(symbol);
    definition->name = name;
    if (strength == COMMON) {
      if (symbol->st_size > UINT32_MAX || symbol->st_value > MOST_ALIGNMENT) return refuse(linker, "a large common");
      if (symbol->st_size > definition->common_size) definition->common_size = symbol->st_size;
      if (symbol->st_value > definition->common_alignment) definition->common_alignment = symbol->st_value;
    }
    if (strength == STRONG && definition->strength == STRONG) return refuse(linker, "%s is defined twice", name);
    if (strength > definition->strength) {
      definition->strength = strength;
      definition->object = object_index;
      definition->symbol = i;
    }
  }
  return true;
}

/* ---- layout --------------------------------------------------------------------------------------------- */

static bool is_identifier(const char *name) {
  if (!*name) return false;
  for (const char *at = name; *at; at++) {
    bool letter = (*at >= 'a' && *at <= 'z') || (*at >= 'A' && *at <= 'Z') || *at == '_';
    if (!letter && !(at > name && *at >= '0' && *at <= '9')) return false;
  }
  return true;
}

static size_t place_section(struct object *object, size_t index, size_t offset) {
  const Elf64_Shdr *section = &object->sections[index];
  offset = align(offset, section->sh_addralign);
  object->offsets[index] = offset;
  return offset + section->sh_size;
}

static bool is_placed_span(const struct linker *linker, const char *name) {
  for (size_t i = 0; i < linker->span_count; i++)
    if (strcmp(linker->spans[i].name, name) == 0) return true;
  return false;
}

static size_t place_named(struct linker *linker, enum class class, const char *name, size_t offset) {
  struct named_span *span = &linker->spans[linker->span_count++];
  *span = (struct named_span){name, SIZE_MAX, offset};
  for (size_t o = 0; o < linker->object_count; o++) {
    struct object *object = &linker->objects[o];
    for (size_t i = 0; i < object->section_count; i++) {
      if (classify(object, &object->sections[i]) != class) continue;
      if (strcmp(section_name(object, &object->sections[i]), name) != 0) continue;
      offset = place_section(object, i, offset);
      if (span->start == SIZE_MAX) span->start = object->offsets[i];
    }
  }
  return span->end = offset;
}

enum part { CONSTRUCTORS, SHARED, GLOBALS, NAMED };

/* Globals that have a section of their own are called .data.NAME, as are constants that may be merged. */
static enum part part_of(const struct object *object, const Elf64_Shdr *section) {
  static const char *const kinds[] = {".rodata.", ".data.", ".bss."};
  const char *name = section_name(object, section);
  if (section->sh_type == SHT_INIT_ARRAY) return CONSTRUCTORS;
  if (is_identifier(name)) return NAMED;
  if ((section->sh_flags & SHF_MERGE) || strcmp(name, ".data.rel.ro") == 0) return SHARED;
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
    if (strncmp(name, kinds[i], strlen(kinds[i])) == 0) return GLOBALS;
  return SHARED;
}

static void place_part(struct linker *linker, enum class class, enum part part, size_t *offset) {
  for (size_t o = 0; o < linker->object_count; o++) {
    struct object *object = &linker->objects[o];
    for (size_t i = 0; i < object->section_count; i++) {
      const Elf64_Shdr *section = &object->sections[i];
      if (classify(object, section) != class || part_of(object, section) != part) continue;
      *offset = place_section(object, i, *offset);
    }
  }
}

/* As lld does with ../harness/guard.ld: in the order of the objects, with nothing between the globals of one and of the
 * next; sections with names of their own lie behind them, together by name. */
static bool place_class(struct linker *linker, enum class class, size_t *offset) {
  place_part(linker, class, CONSTRUCTORS, offset);
  place_part(linker, class, SHARED, offset);
  place_part(linker, class, GLOBALS, offset);
  for (size_t o = 0; o < linker->object_count; o++) {
    const struct object *object = &linker->objects[o];
    for (size_t i = 0; i < object->section_count; i++) {
      const char *name = section_name(object, &object->sections[i]);
      if (classify(object, &object->sections[i]) != class || part_of(object, &object->sections[i]) != NAMED) continue;
      if (is_placed_span(linker, name)) continue;
      if (linker->span_count == MOST_NAMED_SPANS) return refuse(linker, "too many sections with names of their own");
      *offset = place_named(linker, class, name, *offset);
    }
  }
  return true;
}

static void place_commons(struct linker *linker, size_t *offset) {
  for (size_t o = 0; o < linker->object_count; o++) {
    const struct object *object = &linker->objects[o];
    for (size_t i = 0; i < object->symbol_count; i++) {
      if (object->symbols[i].st_shndx != SHN_COMMON) continue;
      struct definition *definition = definition_of(linker, symbol_name(object, &object->symbols[i]));
      if (definition->strength != COMMON || definition->object != o || definition->symbol != i) continue;
      *offset = align(*offset, definition->common_alignment);
      definition->common_offset = *offset;
      *offset += definition->common_size;
    }
  }
}

/* ---- addresses ------------------------------------------------------------------------------------------ */

static uint64_t address_in_image(const struct linker *linker, size_t offset) {
  return (uint64_t)(uintptr_t)(linker->base + offset);
}

static bool defined_address(struct linker *linker, const struct object *object, const Elf64_Sym *symbol,
                            uint64_t *address) {
  if (symbol->st_shndx == SHN_ABS) {
    *address = symbol->st_value;
    return true;
  }
  if (symbol->st_shndx >= object->section_count || object->offsets[symbol->st_shndx] == SIZE_MAX)
    return refuse(linker, "a symbol in a section that is not loaded");
  *address = address_in_image(linker, object->offsets[symbol->st_shndx]) + symbol->st_value;
  return true;
}

static bool is_wrapped(const struct linker *linker, const char *name) {
  for (const char *const *wrapped = linker->options->wrapped; wrapped && *wrapped; wrapped++)
    if (strcmp(*wrapped, name) == 0) return true;
  return false;
}

static bool span_address(const struct linker *linker, const char *name, uint64_t *address) {
  bool is_start = strncmp(name, "__start_", 8) == 0;
  if (!is_start && strncmp(name, "__stop_", 7) != 0) return false;
  for (size_t i = 0; i < linker->span_count; i++) {
    const struct named_span *span = &linker->spans[i];
    if (strcmp(span->name, name + (is_start ? 8 : 7)) != 0) continue;
    *address = address_in_image(linker, is_start ? span->start : span->end);
    return true;
  }
  return false;
}

static uint64_t outside_address(struct linker *linker, const char *name) {
  uint64_t address;
  if (span_address(linker, name, &address)) return address;
  if (strcmp(name, "__dso_handle") == 0) return address_in_image(linker, 0);
  return (uint64_t)(uintptr_t)outside_symbol(name);
}

static bool named_address(struct linker *linker, const Elf64_Sym *symbol, const char *name, uint64_t *address) {
  char wrapper[128];
  bool is_real = linker->options->wrapped && strncmp(name, REAL_PREFIX, strlen(REAL_PREFIX)) == 0 &&
                 is_wrapped(linker, name + strlen(REAL_PREFIX));
  if (is_real) {
    name += strlen(REAL_PREFIX);
  } else if (symbol->st_shndx == SHN_UNDEF && is_wrapped(linker, name)) {
    snprintf(wrapper, sizeof wrapper, "__wrap_%s", name);
    name = wrapper;
  }
  void *instead = linker->options->replaced(name);
  if (instead) {
    *address = (uint64_t)(uintptr_t)instead;
    return true;
  }
  const struct definition *definition = definition_of(linker, name);
  if (definition->strength == COMMON) {
    *address = address_in_image(linker, definition->common_offset);
    return true;
  }
  if (definition->strength != UNDEFINED) {
    const struct object *object = &linker->objects[definition->object];
    return defined_address(linker, object, &object->symbols[definition->symbol], address);
  }
  *address = outside_address(linker, name);
  if (*address == 0 && ELF64_ST_BIND(symbol->st_info) != STB_WEAK) return refuse(linker, "%s is not defined", name);
  return true;
}

static bool resolve(struct linker *linker, struct object *object, size_t index, struct symbol_use **use) {
  *use = &object->uses[index];
  if ((*use)->resolved) return true;
  const Elf64_Sym *symbol = &object->symbols[index];
  bool is_local = ELF64_ST_BIND(symbol->st_info) == STB_LOCAL;
  if (index > 0 && !(is_local ? defined_address(linker, object, symbol, &(*use)->address)
                              : named_address(linker, symbol, symbol_name(object, symbol), &(*use)->address)))
    return false;
  (*use)->resolved = true;
  return true;
}

static unsigned char *slot_of(struct linker *linker, struct symbol_use *use, uint64_t content) {
  unsigned char *slots = linker->base + linker->slots_offset;
  if (use->slot == 0) {
    use->slot = (uint32_t)++linker->slot_count;
    memcpy(slots + 8 * (size_t)(use->slot - 1), &content, 8);
  }
  return slots + 8 * (size_t)(use->slot - 1);
}

static unsigned char *stub_of(struct linker *linker, struct symbol_use *use) {
  unsigned char *stubs = linker->base + linker->stubs_offset;
  if (use->stub == 0) {
    use->stub = (uint32_t)++linker->stub_count;
    write_stub(stubs + STUB_BYTES * (size_t)(use->stub - 1), slot_of(linker, use, use->address));
  }
  return stubs + STUB_BYTES * (size_t)(use->stub - 1);
}

static bool apply(struct linker *linker, struct object *object, size_t section, const Elf64_Rela *relocation) {
  uint32_t type = (uint32_t)ELF64_R_TYPE(relocation->r_info);
  size_t index = ELF64_R_SYM(relocation->r_info);
  enum relocation_need need = relocation_need(type);
  if (need == NEEDS_UNKNOWN) return refuse(linker, "relocation type %u", type);
  uint64_t size = object->sections[section].sh_size, width = relocation_width(type);
  if (index >= object->symbol_count || width > size || relocation->r_offset > size - width)
    return refuse(linker, "a relocation outside of its section");
  struct symbol_use *use;
  if (!resolve(linker, object, index, &use)) return false;
  unsigned char *place = linker->base + object->offsets[section] + relocation->r_offset;
  uint64_t target = use->address;
  if (need == NEEDS_SLOT) target = (uint64_t)(uintptr_t)slot_of(linker, use, use->address);
  if (need == NEEDS_THREAD_SLOT) {
    /* The address is that of this thread's copy; there is one thread. */
    uint64_t distance = use->address - (uint64_t)(uintptr_t)__builtin_thread_pointer();
    target = (uint64_t)(uintptr_t)slot_of(linker, use, distance);
  }
  if (relocate(type, place, target, relocation->r_addend)) return true;
  if (need == NEEDS_CALL && relocate(type, place, (uint64_t)(uintptr_t)stub_of(linker, use), relocation->r_addend))
    return true;
  return refuse(linker, "a reference to %s that does not reach it", symbol_name(object, &object->symbols[index]));
}

/* ---- the whole ------------------------------------------------------------------------------------------ */

static bool copy_and_relocate(struct linker *linker) {
  for (size_t o = 0; o < linker->object_count; o++) {
    const struct object *object = &linker->objects[o];
    for (size_t i = 0; i < object->section_count; i++) {
      const Elf64_Shdr *section = &object->sections[i];
      if (object->offsets[i] == SIZE_MAX || section->sh_type == SHT_NOBITS) continue;
      memcpy(linker->base + object->offsets[i], object->bytes + section->sh_offset, section->sh_size);
    }
  }
  for (size_t o = 0; o < linker->object_count; o++) {
    struct object *object = &linker->objects[o];
    for (size_t i = 0; i < object->section_count; i++) {
      const Elf64_Shdr *section = &object->sections[i];
      if (section->sh_type == SHT_REL) return refuse(linker, "relocations without addends");
      if (section->sh_type != SHT_RELA || section->sh_info >= object->section_count) continue;
      if (object->offsets[section->sh_info] == SIZE_MAX || section->sh_offset % 8 != 0) continue;
      const Elf64_Rela *relocations = (const Elf64_Rela *)(object->bytes + section->sh_offset);
      for (size_t r = 0; r < section->sh_size / sizeof *relocations; r++)
        if (!apply(linker, object, section->sh_info, &relocations[r])) return false;
    }
  }
  return true;
}

static bool list_constructors(struct linker *linker, struct image *image) {
  for (size_t o = 0; o < linker->object_count; o++) {
    const struct object *object = &linker->objects[o];
    for (size_t i = 0; i < object->section_count; i++) {
      const Elf64_Shdr *section = &object->sections[i];
      if (section->sh_type != SHT_INIT_ARRAY || object->offsets[i] == SIZE_MAX) continue;
      if (image->constructor_count == MOST_CONSTRUCTORS) return refuse(linker, "too many constructors");
      struct constructor added = {(void (**)(void))(linker->base + object->offsets[i]), section->sh_size / 8,
                                  priority_of(section_name(object, section))};
      size_t at = image->constructor_count++;
      for (; at > 0 && image->constructors[at - 1].priority > added.priority; at--)
        image->constructors[at] = image->constructors[at - 1];
      image->constructors[at] = added;
    }
  }
  return true;
}

static bool reserve(struct linker *linker, size_t size) {
  for (uint64_t attempt = 0; attempt < 16; attempt++) {
    uint64_t page = (linker->options->random + attempt * 0x9e3779b97f4a7c15u) % IMAGE_PAGES;
    uint64_t wanted = (LOWEST_IMAGE_ADDRESS + (page << 12)) & ~(uint64_t)(MOST_ALIGNMENT - 1);
    void *got = map_memory((void *)(uintptr_t)wanted, size, PROT_READ | PROT_WRITE,
                           MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
    if (got == (void *)(uintptr_t)wanted) {
      linker->base = got;
      return true;
    }
    if (got != MAP_FAILED) unmap_memory(got, size);
    else if (errno != EEXIST) break;
  }
  return refuse(linker, "out of memory");
}

static struct span span_of(const struct linker *linker, size_t start, size_t end) {
  return (struct span){linker->base + start, linker->base + end};
}

static bool protect(struct span span, int protection) {
  size_t size = (size_t)(span.end - span.start);
  return size == 0 || mprotect(span.start, size, protection) == 0;
}

static bool lay_out(struct linker *linker, struct image *image) {
  const size_t page = (size_t)sysconf(_SC_PAGESIZE);
  size_t symbols = 0;
  for (size_t o = 0; o < linker->object_count; o++) symbols += linker->objects[o].symbol_count;
  size_t offset = 0;
  if (!place_class(linker, CONSTANTS, &offset)) return false;
  size_t constants_end = offset = align(offset, page);
  if (!place_class(linker, CODE, &offset)) return false;
  linker->stubs_offset = offset = align(offset, STUB_BYTES);
  size_t code_end = offset = align(offset + symbols * STUB_BYTES, page);
  linker->slots_offset = offset;
  size_t slots_end = offset = align(offset + symbols * 8, page);
  if (!place_class(linker, DATA, &offset)) return false;
  /* Behind the data without a gap in between, as in an executable; each restores by its own means. */
  size_t data_end = offset = align(offset, 64);
  if (!place_class(linker, ZEROS, &offset)) return false;
  place_commons(linker, &offset);
  size_t end = align(offset, page);
  /* A page that nobody may touch on either side. */
  if (!reserve(linker, end + 2 * page)) return false;
  if (mprotect(linker->base, page, PROT_NONE) < 0 || mprotect(linker->base + page + end, page, PROT_NONE) < 0)
    return refuse(linker, "out of memory");
  linker->base += page;
  image->constants = span_of(linker, 0, constants_end);
  image->code = span_of(linker, constants_end, code_end);
  image->data = span_of(linker, slots_end, data_end);
  image->zeros = span_of(linker, data_end, end);
  if (!copy_and_relocate(linker) || !list_constructors(linker, image)) return false;
  return (protect(image->constants, PROT_READ) && protect(image->code, PROT_READ | PROT_EXEC) &&
          protect(span_of(linker, code_end, slots_end), PROT_READ)) ||
         refuse(linker, "memory could not be protected");
}

/* Zero if there is no such function. */
static bool find_function(struct linker *linker, const char *name, uint64_t *address) {
  const struct definition *definition = definition_of(linker, name);
  *address = 0;
  if (definition->strength < WEAK) return true;
  const struct object *object = &linker->objects[definition->object];
  return defined_address(linker, object, &object->symbols[definition->symbol], address);
}

static bool find_main(struct linker *linker, struct image *image) {
  uint64_t unit_main;
  if (!find_function(linker, "main", &unit_main)) return false;
  if (unit_main == 0) return refuse(linker, "main is not defined");
  image->main = (main_function *)(uintptr_t)unit_main;
  return true;
}

static bool link_with_scratch(struct linker *linker, const struct bytes *objects, struct image *image) {
  size_t symbols = 0;
  for (size_t o = 0; o < linker->object_count; o++) {
    if (!read_object(linker, &linker->objects[o], objects[o])) return false;
    if (!check_sections(linker, &linker->objects[o])) return false;
    symbols += linker->objects[o].symbol_count;
  }
  linker->definition_room = 64;
  while (linker->definition_room < 2 * symbols) linker->definition_room *= 2;
  linker->definitions = take(linker, linker->definition_room * sizeof *linker->definitions);
  if (!linker->definitions) return refuse(linker, "out of memory");
  for (size_t o = 0; o < linker->object_count; o++)
    if (!define_symbols(linker, o)) return false;
  return lay_out(linker, image) && find_main(linker, image);
}

void note_outside_symbols(struct bytes bytes) {
  char reason[64];
  struct linker linker = {.reason = reason, .reason_size = sizeof reason};
  struct object object = {0};
  if (!read_tables(&linker, &object, bytes)) return;
  for (size_t i = 1; i < object.symbol_count; i++) {
    const char *name = symbol_name(&object, &object.symbols[i]);
    if (object.symbols[i].st_shndx != SHN_UNDEF) continue;
    note_outside_symbol(strncmp(name, REAL_PREFIX, strlen(REAL_PREFIX)) == 0 ? name + strlen(REAL_PREFIX) : name);
  }
}

bool link_image(const struct bytes *objects, size_t count, const struct link_options *options, struct image *image,
                char *reason, size_t reason_size) {
  *image = (struct image){0};
  struct linker linker = {.options = options, .object_count = count, .reason = reason, .reason_size = reason_size};
  /* A symbol takes 24 bytes of its object and up to four definitions here, a section 64 bytes and an offset. */
  size_t room = 64u << 10;
  for (size_t i = 0; i < count; i++) room += 16 * (size_t)objects[i].length;
  unsigned char *scratch =
      map_memory(NULL, room, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (scratch == MAP_FAILED) return refuse(&linker, "out of memory");
  linker.scratch = scratch;
  linker.scratch_end = scratch + room;
  linker.objects = take(&linker, count * sizeof *linker.objects);
  bool linked = link_with_scratch(&linker, objects, image);
  unmap_memory(scratch, room);
  return linked;
}
