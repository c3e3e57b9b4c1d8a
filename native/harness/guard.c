/*
 * Linked before a unit under ASan. ASan puts a red zone behind every global, but none before the first one of a
 * section: code that runs off its front would read a neighbour, or nothing at all, and nobody would see it. The guards
 * of this file lie there instead and may not be touched.
 *
 * ASan puts every global in its own section, .rodata.NAME. guard.ld and ../unit-runner/place-sections.c lay those out
 * behind everything else (UBSan's tables, constants of the code), with nothing between them and the guard.
 *
 * Without a guard, a mutant that walks down from the first string literal would count as well-behaved. It would differ
 * from the original by what the linker happened to put there.
 */
#include <stddef.h>

extern void __asan_poison_memory_region(const volatile void *, size_t);

enum { GUARD_BYTES = 4096 };

#define BEFORE(kind) __attribute__((aligned(64), section(kind ".gepo_before")))

/* One for each kind of section that globals go to. */
BEFORE(".rodata") const char gepo_before_constants[GUARD_BYTES] = {1};
BEFORE(".data") char gepo_before_data[GUARD_BYTES] = {1};
BEFORE(".bss") char gepo_before_zeros[GUARD_BYTES];
BEFORE(".data.rel.ro") const char *const gepo_before_relocated[GUARD_BYTES / sizeof(char *)] = {gepo_before_constants};

/* With the sanitizer's own constructors: once for a process, however many inputs it runs. */
__attribute__((constructor(1))) static void forbid_guards(void) {
  __asan_poison_memory_region(gepo_before_constants, sizeof gepo_before_constants);
  __asan_poison_memory_region(gepo_before_data, sizeof gepo_before_data);
  __asan_poison_memory_region(gepo_before_zeros, sizeof gepo_before_zeros);
  __asan_poison_memory_region(gepo_before_relocated, sizeof gepo_before_relocated);
}
