/*
 * Linked into every executable of a unit: makes reads of uninitialised memory show.
 *
 * Before main runs, the stack below it is filled with the byte GEPO_FILL; malloc'ed memory is filled by glibc
 * itself (GLIBC_TUNABLES glibc.malloc.perturb, set by the caller). A program whose result depends on either
 * byte reads memory that it never wrote.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

enum { FILLED_STACK_BYTES = 256 * 1024 };

#if defined(__clang__)
#define NO_SANITIZE __attribute__((no_sanitize("address", "memory", "undefined", "coverage")))
#else
#define NO_SANITIZE
#endif

/* Not inlined, so that the filled region lies below the caller's frame, where the unit's frames will be. */
NO_SANITIZE __attribute__((noinline)) void gepo_fill_stack(void) {
  const char *text = getenv("GEPO_FILL");
  if (text == NULL) return;
  unsigned char fill = 0;
  for (; *text >= '0' && *text <= '9'; text++) fill = (unsigned char)(fill * 10 + (*text - '0'));
  volatile uint64_t region[FILLED_STACK_BYTES / sizeof(uint64_t)];
  for (size_t i = 0; i < sizeof region / sizeof *region; i++) region[i] = fill * UINT64_C(0x0101010101010101);
}

__attribute__((constructor)) static void fill_before_main(void) { gepo_fill_stack(); }
