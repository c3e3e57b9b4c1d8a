/*
 * Linked before a unit under ASan, whose red zones lie behind globals and none before the first one of a section: what
 * runs off its front would read a neighbour, or nothing at all, unseen. These lie there instead and may not be touched.
 *
 * Without them a mutant that walks down from the first string literal counts as well-behaved, and as different from
 * the original by whatever the linker put before it.
 */
#include <stddef.h>

extern void __asan_poison_memory_region(const volatile void *, size_t);

enum { GUARD_BYTES = 4096 };

/* One for each section that globals go to. */
const char gepo_before_constants[GUARD_BYTES] __attribute__((aligned(64))) = {1};
char gepo_before_data[GUARD_BYTES] __attribute__((aligned(64))) = {1};
char gepo_before_zeros[GUARD_BYTES] __attribute__((aligned(64)));
const char *const gepo_before_relocated[GUARD_BYTES / sizeof(char *)] __attribute__((aligned(64))) = {
    gepo_before_constants};

/* With the sanitizer's own constructors: once for a process, however many inputs it runs. */
__attribute__((constructor(1))) static void forbid_guards(void) {
  __asan_poison_memory_region(gepo_before_constants, sizeof gepo_before_constants);
  __asan_poison_memory_region(gepo_before_data, sizeof gepo_before_data);
  __asan_poison_memory_region(gepo_before_zeros, sizeof gepo_before_zeros);
  __asan_poison_memory_region(gepo_before_relocated, sizeof gepo_before_relocated);
}
