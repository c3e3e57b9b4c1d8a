#include "linker.h"

#include <stdio.h>

#include "outside-symbols.h"

struct definition *definition_of(struct linker *linker, const char *name) {
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

bool define_symbols(struct linker *linker, size_t object_index) {
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

/* ---- addresses ------------------------------------------------------------------------------------------ */

static uint64_t address_in_image(const struct linker *linker, size_t offset) {
  return (uint64_t)(uintptr_t)(linker->base + offset);
}

bool defined_address(struct linker *linker, const struct object *object, const Elf64_Sym *symbol, uint64_t *address) {
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

bool resolve(struct linker *linker, struct object *object, size_t index, struct symbol_use **use) {
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
