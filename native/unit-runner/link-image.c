#define _GNU_SOURCE
#include "image.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "linker.h"
#include "outside-symbols.h"
#include "raw-memory.h"

bool refuse(struct linker *linker, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(linker->reason, linker->reason_size, format, arguments);
  va_end(arguments);
  return false;
}

void *take(struct linker *linker, size_t size) {
  unsigned char *taken = linker->scratch;
  size = align(size, 16);
  if ((size_t)(linker->scratch_end - taken) < size) return NULL;
  linker->scratch += size;
  return taken;
}

/* ---- relocations ---------------------------------------------------------------------------------------- */

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
