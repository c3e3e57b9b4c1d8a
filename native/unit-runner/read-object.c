#include "linker.h"

#define DEFAULT_PRIORITY 65535u

static bool holds(const struct object *object, uint64_t offset, uint64_t length) {
  return offset <= object->size && length <= object->size - offset;
}

static bool is_terminated(const char *text, size_t size) { return size > 0 && text[size - 1] == '\0'; }

const char *section_name(const struct object *object, const Elf64_Shdr *section) {
  return section->sh_name < object->section_names_size ? object->section_names + section->sh_name : "";
}

const char *symbol_name(const struct object *object, const Elf64_Sym *symbol) {
  return symbol->st_name < object->names_size ? object->names + symbol->st_name : "";
}

bool read_tables(struct linker *linker, struct object *object, struct bytes bytes) {
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

enum class classify(const struct object *object, const Elf64_Shdr *section) {
  if (!(section->sh_flags & SHF_ALLOC)) return SKIPPED;
  /* Nothing here is unwound, and notes are for files. */
  if (section->sh_type == SHT_NOTE || strcmp(section_name(object, section), ".eh_frame") == 0) return SKIPPED;
  if (section->sh_flags & SHF_EXECINSTR) return CODE;
  if (section->sh_type == SHT_FINI_ARRAY) return SKIPPED;
  if (section->sh_type == SHT_NOBITS) return ZEROS;
  return section->sh_flags & SHF_WRITE ? DATA : CONSTANTS;
}

unsigned priority_of(const char *name) {
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

bool read_object(struct linker *linker, struct object *object, struct bytes bytes) {
  if (!read_tables(linker, object, bytes)) return false;
  object->offsets = take(linker, object->section_count * sizeof *object->offsets);
  object->uses = take(linker, object->symbol_count * sizeof *object->uses);
  if (!object->offsets || !object->uses) return refuse(linker, "out of memory");
  memset(object->offsets, 0xff, object->section_count * sizeof *object->offsets);
  return check_sections(linker, object);
}
