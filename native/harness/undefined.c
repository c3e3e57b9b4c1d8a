/*
 * Linked into the builds of a unit with ASan: what the checks of ../watch-undefined call. Each ends the run as a report
 * of UBSan's does, with a line that names what is undefined.
 */
#define _GNU_SOURCE
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

enum { SANITIZER_EXIT = 77 }; /* src/execute/outcome/classify-run.ts */

/* Present in builds with ASan. */
__attribute__((weak)) void *__asan_region_is_poisoned(void *, size_t);
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

/* Of memory that a function says nobody else can reach: the start of a block of the heap may be. */
void gepo_check_fresh(void *memory) {
  if (memory == NULL || !__sanitizer_get_ownership) return;
  if (!__sanitizer_get_ownership(memory) || __sanitizer_get_allocated_begin(memory) != memory)
    gepo_undefined("memory that is not fresh");
}
