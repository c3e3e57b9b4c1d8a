/*
 * Linked into the builds of a unit with ASan: what the checks of ../watch-undefined call. Each ends the run as a report
 * of UBSan's does, with a line that names what is undefined.
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

enum { SANITIZER_EXIT = 77 }; /* src/execute/outcome/classify-run.ts */

/* Present in builds with ASan. */
__attribute__((weak)) void *__asan_region_is_poisoned(void *, size_t);
__attribute__((weak)) void __asan_get_shadow_mapping(size_t *scale, size_t *offset);
__attribute__((weak)) int __sanitizer_get_ownership(const volatile void *);
__attribute__((weak)) const void *__sanitizer_get_allocated_begin(const void *);

_Noreturn void gepo_undefined(const char *what) {
  static const char before[] = "runtime error: ";
  (void)!write(STDERR_FILENO, before, sizeof before - 1);
  size_t length = 0;
  while (what[length] != 0) length++;
  (void)!write(STDERR_FILENO, what, length);
  (void)!write(STDERR_FILENO, "\n", 1);
  _exit(SANITIZER_EXIT);
}

void gepo_check_accessible(void *memory, uint64_t size) {
  if (memory == NULL) gepo_undefined("null where memory is promised");
  if (__asan_region_is_poisoned && __asan_region_is_poisoned(memory, size))
    gepo_undefined("less memory than is promised");
}

void gepo_check_null_or_accessible(void *memory, uint64_t size) {
  if (memory != NULL) gepo_check_accessible(memory, size);
}

/* No object is larger than what a unit may have. */
enum { LARGEST_OBJECT_BYTES = 1 << 29 };

/* Two pointers must not lead into one object: between any two is memory that ASan forbids. */
void gepo_check_apart(char *a, char *b) {
  if (a == NULL || b == NULL || !__asan_region_is_poisoned) return;
  if (a > b) {
    char *lower = b;
    b = a;
    a = lower;
  }
  const size_t distance = (size_t)(b - a);
  if (distance < LARGEST_OBJECT_BYTES && !__asan_region_is_poisoned(a, distance + 1))
    gepo_undefined("two pointers into what must be apart");
}

/* Between two objects ASan forbids more: ../watch-undefined/reach.cpp. */
enum { LEAST_RED_ZONE_BYTES = 16 };

/* How far from either end a step over memory is looked at: one into a large object from deep inside another is not seen. */
enum { LOOK_BYTES = 1024 };

/* Objects lie below it, and above the map that ASan keeps of them: a byte for each eight, 0 where all may be touched. */
#define TOP_OF_MEMORY (((uintptr_t)1 << 47) - 1)

/* As the runtime says it, for a tenth of the time; what is not surely fine is left to the runtime. */
static int is_surely_allowed(const char *memory, size_t size) {
  static size_t scale, offset;
  if (offset == 0) __asan_get_shadow_mapping(&scale, &offset);
  const uintptr_t first = (uintptr_t)memory, last = first + size - 1;
  if (first <= (TOP_OF_MEMORY >> scale) + offset || last > TOP_OF_MEMORY) return 0;
  const unsigned char *map = (const unsigned char *)((first >> scale) + offset);
  const unsigned char *end = (const unsigned char *)((last >> scale) + offset) + 1;
  uint64_t forbidden = 0, word;
  for (; end - map >= (ptrdiff_t)sizeof word; map += sizeof word) {
    memcpy(&word, map, sizeof word);
    forbidden |= word;
  }
  while (map < end) forbidden |= *map++;
  return forbidden == 0;
}

static int is_forbidden(const char *memory, size_t size) {
  return !is_surely_allowed(memory, size) && __asan_region_is_poisoned((void *)memory, size) != NULL;
}

/* Neither in an object nor at its end. A short step leads there from its object, and another one back inside. */
static int is_outside(const char *address) { return is_forbidden(address, 1) && is_forbidden(address - 1, 1); }

/* Whether something that ASan forbids lies on the way, as it does between any two objects. */
static int are_apart(const char *a, const char *b) {
  const char *lower = a < b ? a : b;
  const size_t distance = (size_t)((a < b ? b : a) - lower);
  if (distance <= LEAST_RED_ZONE_BYTES || !__asan_region_is_poisoned) return 0;
  if (distance <= LOOK_BYTES) return is_forbidden(lower, distance);
  return is_forbidden(lower, LOOK_BYTES) || is_forbidden(lower + (distance - LOOK_BYTES), LOOK_BYTES);
}

/* The library has a place for each of these in its tables: EOF, and characters, be they signed or not. */
enum { FIRST_CHARACTER = -128, LAST_CHARACTER = 255, CHARACTERS = LAST_CHARACTER - FIRST_CHARACTER + 1 };

void gepo_check_character(int character) {
  if (character < FIRST_CHARACTER || character > LAST_CHARACTER) gepo_undefined("a character that there is not");
}

struct table {
  const char *first;
  size_t size;
};

static struct table table_of(const void *zero, size_t width) {
  return (struct table){(const char *)zero + FIRST_CHARACTER * (ptrdiff_t)width, CHARACTERS * width};
}

/* <ctype.h> has macros that look into the tables in the unit's own code. */
static int leaves_table(const char *start, const char *address) {
  static struct table tables[3];
  if (tables[0].first == NULL) {
    tables[1] = table_of(*__ctype_tolower_loc(), sizeof **__ctype_tolower_loc());
    tables[2] = table_of(*__ctype_toupper_loc(), sizeof **__ctype_toupper_loc());
    tables[0] = table_of(*__ctype_b_loc(), sizeof **__ctype_b_loc());
  }
  for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
    if ((uintptr_t)start - (uintptr_t)tables[i].first < tables[i].size)
      return (uintptr_t)address - (uintptr_t)tables[i].first >= tables[i].size;
  return 0;
}

static void check_readable(const char *byte) {
  if (is_forbidden(byte, 1)) gepo_undefined("a text without an end");
}

void gepo_check_text(const char *text) {
  if (text == NULL || !__asan_region_is_poisoned) return;
  for (check_readable(text); *text != 0; check_readable(text)) text++;
}

static int is_of_number(char letter) {
  return (letter >= '0' && letter <= '9') || ((letter | 32) >= 'a' && (letter | 32) <= 'z') || letter == '+' ||
         letter == '-' || letter == '.';
}

/* Text that a number is read from is looked at no further than the number may go. */
void gepo_check_number(const char *text) {
  if (text == NULL || !__asan_region_is_poisoned) return;
  for (check_readable(text); *text == ' ' || (*text >= '\t' && *text <= '\r'); check_readable(text)) text++;
  while (is_of_number(*text)) check_readable(++text);
}

/* A step leads to the same object, or to its end. */
void gepo_check_reach(const char *start, const char *address) {
  if (leaves_table(start, address)) gepo_undefined("a character that there is not");
  if (are_apart(start, address) && !is_outside(start)) gepo_undefined("an address outside of its object");
}

/* Two addresses that are compared or subtracted. Null has no place among them, but programs ask whether one is above it. */
void gepo_check_together(const char *a, const char *b) {
  if (a == NULL || b == NULL) return;
  if (are_apart(a, b) && !is_outside(a) && !is_outside(b)) gepo_undefined("the order of two objects");
}

/* Of memory that a function says nobody else can reach: the start of a block of the heap may be. */
void gepo_check_fresh(void *memory) {
  if (memory == NULL || !__sanitizer_get_ownership) return;
  if (!__sanitizer_get_ownership(memory) || __sanitizer_get_allocated_begin(memory) != memory)
    gepo_undefined("memory that is not fresh");
}
