#include "linker.h"

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
bool place_class(struct linker *linker, enum class class, size_t *offset) {
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

void place_commons(struct linker *linker, size_t *offset) {
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
