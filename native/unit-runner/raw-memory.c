#define _GNU_SOURCE
#include "raw-memory.h"

#include <stdbool.h>
#include <sys/mman.h>

/* More memory than this at once is given back as a whole. */
#define MOST_PAGES 1024u

/* What looks absent may lie in swap: only giving it back makes sure. */
static void clear_pages(unsigned char *start, size_t count) {
  unsigned char present[MOST_PAGES];
  bool known = count <= MOST_PAGES && mincore(start, count * PAGE_BYTES, present) == 0;
  if (!known) {
    madvise(start, count * PAGE_BYTES, MADV_DONTNEED);
    return;
  }
  for (size_t from = 0, to; from < count; from = to) {
    const bool is_present = present[from] & 1;
    for (to = from + 1; to < count && (present[to] & 1) == is_present;) to++;
    unsigned char *at = start + from * PAGE_BYTES;
    if (is_present) zero_raw(at, (to - from) * PAGE_BYTES);
    else madvise(at, (to - from) * PAGE_BYTES, MADV_DONTNEED);
  }
}

static bool is_zero(const unsigned char *page) {
  uint64_t any = 0;
  for (size_t i = 0; i < PAGE_BYTES / sizeof any; i++) any |= ((const uint64_t *)page)[i];
  return any == 0;
}

void give_back_zeros(unsigned char *start, unsigned char *end) {
  end = page_of(end);
  for (unsigned char *page = next_page(start); page < end; page += PAGE_BYTES) {
    unsigned char present;
    if (mincore(page, PAGE_BYTES, &present) == 0 && (present & 1) && is_zero(page))
      madvise(page, PAGE_BYTES, MADV_DONTNEED);
  }
}

void clear_memory(unsigned char *start, unsigned char *end) {
  unsigned char *whole = next_page(start), *whole_end = page_of(end);
  if (whole >= whole_end) {
    zero_raw(start, (size_t)(end - start));
    return;
  }
  zero_raw(start, (size_t)(whole - start));
  clear_pages(whole, (size_t)(whole_end - whole) / PAGE_BYTES);
  zero_raw(whole_end, (size_t)(end - whole_end));
}
