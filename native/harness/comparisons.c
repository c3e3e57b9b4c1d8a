/*
 * Linked into the trace build of a unit (clang's trace-cmp). It notes what a run compares, so that inputs can be made
 * that meet those comparisons.
 *
 * Leaves (file descriptor 3, before the trailer of coverage.c, after anything else):
 *   per number comparison u64 place, u32 kind, u32 times equal, u32 pairs, u32 0, pairs of u64 (8 at most);
 *   per text comparison u64 place, u32 length, u32 length, bytes, bytes;
 *   u32 number comparisons, u32 text comparisons, u32 bytes of all before this, "GEPOCMP1".
 * A place is a number that stands for one comparison of the code, the same in every run of one executable. Kind is the
 * width in bytes of integers (1, 2, 4, 8), 16 + 4 or 16 + 8 for floats by their bits. Of the pairs of operands that a
 * place has met, the first six different ones are kept, then the closest of all (of integers by their distance), then
 * the last.
 * Not guaranteed: anything after the first MOST_PLACES places and MOST_TEXTS texts.
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

enum { MOST_PLACES = 512, MOST_TEXTS = 64, MOST_TEXT_BYTES = 48, FIRST_PAIRS = 6, MOST_PAIRS = FIRST_PAIRS + 2 };
enum { FLOAT_KIND = 16 };

struct place {
  uint64_t place;
  uint32_t kind, equal, pair_count, unused;
  uint64_t pairs[MOST_PAIRS][2];
  uint64_t closest;
};

struct text {
  uint64_t place;
  uint32_t lengths[2];
  unsigned char bytes[2][MOST_TEXT_BYTES];
};

static struct place places[MOST_PLACES];
static uint32_t place_count;
static struct text texts[MOST_TEXTS];
static uint32_t text_count;
static int finished;

static int compare(const unsigned char *a, const unsigned char *b, size_t most, int to_zero, int fold);

/* Addresses differ from process to process, distances within the executable do not. */
static uint64_t place_of(const void *caller) { return (uint64_t)(uintptr_t)caller - (uint64_t)(uintptr_t)&place_of; }

static struct place *find_place(uint64_t place, uint32_t kind) {
  for (uint32_t i = 0; i < place_count; i++)
    if (places[i].place == place) return &places[i];
  if (place_count == MOST_PLACES) return NULL;
  struct place *added = &places[place_count++];
  added->place = place;
  added->kind = kind;
  added->closest = UINT64_MAX;
  return added;
}

/* The bits are read as signed or unsigned, whichever brings them closer. */
static uint64_t distance(uint64_t a, uint64_t b, uint32_t bytes) {
  const unsigned unused_bits = bytes >= 8 ? 0 : 64 - 8 * bytes;
  const uint64_t difference = (a - b) << unused_bits >> unused_bits, opposite = (b - a) << unused_bits >> unused_bits;
  return difference < opposite ? difference : opposite;
}

static void note(const void *caller, uint64_t variant, uint32_t kind, uint64_t a, uint64_t b) {
  struct place *place = finished ? NULL : find_place(place_of(caller) + (variant << 40), kind);
  if (place == NULL) return;
  if (a == b) place->equal++;
  const uint64_t gap = kind < FLOAT_KIND ? distance(a, b, kind) : 0;
  if (gap < place->closest) {
    place->closest = gap;
    place->pairs[FIRST_PAIRS][0] = a;
    place->pairs[FIRST_PAIRS][1] = b;
  }
  place->pairs[FIRST_PAIRS + 1][0] = a;
  place->pairs[FIRST_PAIRS + 1][1] = b;
  if (place->pair_count == FIRST_PAIRS) return;
  for (uint32_t i = 0; i < place->pair_count; i++)
    if (place->pairs[i][0] == a && place->pairs[i][1] == b) return;
  place->pairs[place->pair_count][0] = a;
  place->pairs[place->pair_count++][1] = b;
}

#define CALLER __builtin_return_address(0)

void __sanitizer_cov_trace_cmp1(uint8_t a, uint8_t b) { note(CALLER, 0, 1, a, b); }
void __sanitizer_cov_trace_cmp2(uint16_t a, uint16_t b) { note(CALLER, 0, 2, a, b); }
void __sanitizer_cov_trace_cmp4(uint32_t a, uint32_t b) { note(CALLER, 0, 4, a, b); }
void __sanitizer_cov_trace_cmp8(uint64_t a, uint64_t b) { note(CALLER, 0, 8, a, b); }
/* The constant comes first here. */
void __sanitizer_cov_trace_const_cmp1(uint8_t a, uint8_t b) { note(CALLER, 0, 1, b, a); }
void __sanitizer_cov_trace_const_cmp2(uint16_t a, uint16_t b) { note(CALLER, 0, 2, b, a); }
void __sanitizer_cov_trace_const_cmp4(uint32_t a, uint32_t b) { note(CALLER, 0, 4, b, a); }
void __sanitizer_cov_trace_const_cmp8(uint64_t a, uint64_t b) { note(CALLER, 0, 8, b, a); }

/* cases[0] labels of cases[1] bits follow. Each counts as one comparison. */
void __sanitizer_cov_trace_switch(uint64_t value, const uint64_t *cases) {
  const uint32_t bytes = cases[1] <= 8 ? 1 : cases[1] <= 16 ? 2 : cases[1] <= 32 ? 4 : 8;
  for (uint64_t i = 0; i < cases[0] && i < 128; i++) note(CALLER, i + 1, bytes, value, cases[i + 2]);
}

/* Called by what src/search/trace-floats.ts puts in front of comparisons of floats. */
void gepo_trace_float(float a, float b) {
  uint32_t bits[2];
  memcpy(&bits[0], &a, 4);
  memcpy(&bits[1], &b, 4);
  note(CALLER, 0, FLOAT_KIND + 4, bits[0], bits[1]);
}

void gepo_trace_double(double a, double b) {
  uint64_t bits[2];
  memcpy(&bits[0], &a, 8);
  memcpy(&bits[1], &b, 8);
  note(CALLER, 0, FLOAT_KIND + 8, bits[0], bits[1]);
}

/* ---- texts: weak, so that a unit's own function of the same name stays its own ------------------------------ */

#define HOOK __attribute__((weak, no_builtin))

static void note_text(const void *caller, const void *a, size_t a_length, const void *b, size_t b_length) {
  if (finished || text_count == MOST_TEXTS) return;
  struct text text = {.place = place_of(caller)};
  const void *sides[2] = {a, b};
  const size_t lengths[2] = {a_length, b_length};
  for (int i = 0; i < 2; i++) {
    text.lengths[i] = lengths[i] < MOST_TEXT_BYTES ? (uint32_t)lengths[i] : MOST_TEXT_BYTES;
    memcpy(text.bytes[i], sides[i], text.lengths[i]);
  }
  for (uint32_t i = 0; i < text_count; i++)
    if (compare((const void *)&texts[i], (const void *)&text, sizeof text, 0, 0) == 0) return;
  texts[text_count++] = text;
}

static int compare(const unsigned char *a, const unsigned char *b, size_t most, int to_zero, int fold) {
  for (size_t i = 0; i < most; i++) {
    const int x = fold ? tolower(a[i]) : a[i], y = fold ? tolower(b[i]) : b[i];
    if (x != y) return x - y;
    if (to_zero && x == 0) return 0;
  }
  return 0;
}

#define HOOK_STRINGS(name, fold)                                         \
  HOOK int name(const char *a, const char *b) {                          \
    note_text(CALLER, a, strlen(a), b, strlen(b));                       \
    return compare((const void *)a, (const void *)b, SIZE_MAX, 1, fold); \
  }
#define HOOK_PREFIXES(name, fold)                                    \
  HOOK int name(const char *a, const char *b, size_t most) {         \
    note_text(CALLER, a, strnlen(a, most), b, strnlen(b, most));     \
    return compare((const void *)a, (const void *)b, most, 1, fold); \
  }
#define HOOK_BYTES(name)                                       \
  HOOK int name(const void *a, const void *b, size_t length) { \
    note_text(CALLER, a, length, b, length);                   \
    return compare(a, b, length, 0, 0);                        \
  }
HOOK_STRINGS(strcmp, 0)
HOOK_STRINGS(strcasecmp, 1)
HOOK_STRINGS(strcoll, 0)
HOOK_PREFIXES(strncmp, 0)
HOOK_PREFIXES(strncasecmp, 1)

HOOK_BYTES(memcmp)
HOOK_BYTES(bcmp)

HOOK char *strstr(const char *text, const char *part) {
  const size_t length = strlen(part);
  note_text(CALLER, text, strlen(text), part, length);
  for (;; text++) {
    if (compare((const void *)text, (const void *)part, length, 1, 0) == 0) return (char *)text;
    if (*text == 0) return NULL;
  }
}

/* ---- the record --------------------------------------------------------------------------------------------- */

static uint32_t written;

static void put(const void *bytes, size_t length) {
  const char *p = bytes;
  written += (uint32_t)length;
  while (length > 0) {
    ssize_t part = write(3, p, length);
    if (part <= 0) return;
    p += part;
    length -= (size_t)part;
  }
}

static void put_place(struct place *place) {
  const uint32_t kept = place->pair_count, pairs = kept + 2;
  place->pair_count = pairs;
  put(place, offsetof(struct place, pairs));
  put(place->pairs, kept * sizeof *place->pairs);
  put(place->pairs[FIRST_PAIRS], 2 * sizeof *place->pairs);
}

static void finish(void) {
  finished = 1;
  for (uint32_t i = 0; i < place_count; i++) put_place(&places[i]);
  for (uint32_t i = 0; i < text_count; i++) {
    put(&texts[i], offsetof(struct text, bytes));
    for (int side = 0; side < 2; side++) put(texts[i].bytes[side], texts[i].lengths[side]);
  }
  const uint32_t sizes[3] = {place_count, text_count, written};
  put(sizes, sizeof sizes);
  put("GEPOCMP1", 8);
}

/* Registered after coverage.c's handler, and therefore called before it. */
__attribute__((constructor(102))) static void start_comparisons(void) { atexit(finish); }
