#define _GNU_SOURCE
#include "library-state.h"

#include <link.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "raw-memory.h"

#define MOST_REGIONS 16
/* What is compared at once: a unit leaves most of the library's memory as it was, and pages that are not written
 * stay shared with the parent. */
#define PIECE_BYTES 512

struct region {
  unsigned char *at, *kept;
  size_t size;
};

static struct region regions[MOST_REGIONS];
static int region_count;

static bool keeps_state(const char *name) {
  const char *slash = strrchr(name, '/');
  const char *base = slash ? slash + 1 : name;
  return strncmp(base, "libc.so", 7) == 0 || strncmp(base, "libm.so", 7) == 0;
}

static void add_region(uintptr_t start, uintptr_t end) {
  if (end <= start || region_count == MOST_REGIONS) return;
  regions[region_count++] = (struct region){(unsigned char *)start, NULL, end - start};
}

/* Writable segments without what the dynamic loader made read-only after it had filled it in. */
static int note_regions(struct dl_phdr_info *info, size_t size, void *data) {
  (void)size, (void)data;
  if (!keeps_state(info->dlpi_name)) return 0;
  const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
  uintptr_t fixed_end = 0;
  for (int i = 0; i < info->dlpi_phnum; i++) {
    const ElfW(Phdr) *header = &info->dlpi_phdr[i];
    if (header->p_type == PT_GNU_RELRO) fixed_end = (info->dlpi_addr + header->p_vaddr + header->p_memsz) & ~(page - 1);
  }
  for (int i = 0; i < info->dlpi_phnum; i++) {
    const ElfW(Phdr) *header = &info->dlpi_phdr[i];
    uintptr_t start = info->dlpi_addr + header->p_vaddr, end = start + header->p_memsz;
    if (header->p_type == PT_LOAD && (header->p_flags & PF_W)) add_region(start < fixed_end ? fixed_end : start, end);
    if (header->p_type == PT_TLS && info->dlpi_tls_data)
      add_region((uintptr_t)info->dlpi_tls_data, (uintptr_t)info->dlpi_tls_data + header->p_memsz);
  }
  return 0;
}

bool keep_library_state(void) {
  dl_iterate_phdr(note_regions, NULL);
  size_t total = 0;
  for (int i = 0; i < region_count; i++) total += (regions[i].size + 63) & ~(size_t)63;
  unsigned char *kept = map_memory(NULL, total, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (region_count == 0 || kept == MAP_FAILED) return false;
  unsigned char *at = kept;
  for (int i = 0; i < region_count; i++) {
    regions[i].kept = at;
    memcpy(at, regions[i].at, regions[i].size);
    at += (regions[i].size + 63) & ~(size_t)63;
  }
  return mprotect(kept, total, PROT_READ) == 0;
}

void restore_library_state(void) {
  for (int i = 0; i < region_count; i++) {
    const struct region *region = &regions[i];
    for (size_t at = 0; at < region->size; at += PIECE_BYTES) {
      size_t size = region->size - at < PIECE_BYTES ? region->size - at : PIECE_BYTES;
      if (!same_raw(region->at + at, region->kept + at, size)) copy_raw(region->at + at, region->kept + at, size);
    }
  }
}
