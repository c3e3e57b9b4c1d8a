/*
 * Linked into every executable of a unit. It prepares the process before the unit's first statement.
 *
 * One text may hold several mutants (src/mutate/combine-mutants.ts). GEPO_MUTANT is the number of the one that runs;
 * without it the unit itself runs.
 *
 * Reads of uninitialised memory are made visible. Just before main is entered, the stack from its frame on is filled
 * with the byte GEPO_FILL. glibc fills malloc'ed memory itself (GLIBC_TUNABLES glibc.malloc.perturb, set by the
 * caller). A program whose result depends on either byte reads memory that it never wrote.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum { FILLED_STACK_BYTES = 256 * 1024, STACK_GUARD_BYTES = 32 * 1024 };

/* Runs before the sanitizers' runtimes have set anything up, and fills memory on its own authority. */
#pragma clang attribute push(                                                                          \
    __attribute__((disable_sanitizer_instrumentation, no_sanitize("address", "memory", "undefined"))), \
    apply_to = function)

/*
 * C says of a digit that the result is not zero, and no more: the library gives 2048, and clang's optimiser takes 1. Here
 * both give 1. Weak, so that a unit's own function of that name stays its own.
 */
__attribute__((weak)) int isdigit(int character) { return character >= '0' && character <= '9'; }

typedef int main_function(int, char **, char **);

static unsigned number_in_environment(const char *name) {
  unsigned number = 0;
  for (const char *text = getenv(name); text && *text >= '0' && *text <= '9'; text++)
    number = number * 10 + (unsigned)(*text - '0');
  return number;
}

/* Declared by the combined text, and by nothing else. */
int gepo_selected_mutant;

/* Before the unit's own constructors. */
__attribute__((constructor(101))) static void select_mutant(void) {
  gepo_selected_mutant = (int)number_in_environment("GEPO_MUTANT");
}

/* Not inlined, so that the filled region lies below the caller's frame, where the unit's frames will be. */
__attribute__((noinline)) void gepo_fill_stack(void) {
  if (getenv("GEPO_FILL") == NULL) return;
  unsigned char fill = (unsigned char)number_in_environment("GEPO_FILL");
  volatile uint64_t region[FILLED_STACK_BYTES / sizeof(uint64_t)];
  for (size_t i = 0; i < sizeof region / sizeof *region; i++) region[i] = fill * UINT64_C(0x0101010101010101);
}

/* Present in the builds with that sanitizer alone. */
__attribute__((weak)) void __asan_poison_memory_region(const volatile void *, size_t);
__attribute__((weak)) void __asan_unpoison_memory_region(const volatile void *, size_t);
__attribute__((weak)) void __msan_poison(const volatile void *, size_t);
__attribute__((weak)) void __msan_unpoison(const volatile void *, size_t);

/*
 * getchar_unlocked and its kin, once inlined, read the buffer of stdin in the unit's own code, and MSan does not see the
 * library fill a buffer that the library has allocated. Variables count as written. Of the size that the library takes. By the
 * library's own name, as a unit may have a function of the usual one.
 */
int _IO_setvbuf(FILE *, char *, int, size_t);
__attribute__((constructor(102))) static void give_stdin_a_buffer(void) {
  static char buffer[4096];
  if (__msan_unpoison) _IO_setvbuf(stdin, buffer, _IOFBF, sizeof buffer);
}

/* Calls both from one place: main's frame begins where the filled region does. What reads far above its own frame finds
 * nothing there that is the same every time, and the sanitizers see it. ../unit-runner/unit-stack.c gives units the same
 * stack without this. */
__attribute__((noinline)) int gepo_enter_main(main_function *unit_main, int argc, char **argv, char **envp) {
  volatile uint64_t guard[STACK_GUARD_BYTES / sizeof(uint64_t)];
  const uint64_t fill = number_in_environment("GEPO_FILL") * UINT64_C(0x0101010101010101);
  for (size_t i = 0; i < sizeof guard / sizeof *guard; i++) guard[i] = fill;
  if (__asan_poison_memory_region) __asan_poison_memory_region(guard, sizeof guard);
  if (__msan_poison) __msan_poison(guard, sizeof guard);
  gepo_fill_stack();
  int status = unit_main(argc, argv, envp);
  if (__asan_unpoison_memory_region) __asan_unpoison_memory_region(guard, sizeof guard);
  if (__msan_unpoison) __msan_unpoison(guard, sizeof guard);
  /* Not a jump: main would lie where this frame was. */
  __asm__ volatile("" : "+r"(status));
  return status;
}

static main_function *main_of_unit;

static int enter_main(int argc, char **argv, char **envp) { return gepo_enter_main(main_of_unit, argc, argv, envp); }

typedef int start_function(main_function *, int, char **, void (*)(void), void (*)(void), void (*)(void), void *);

/* The startup code calls this with the address of main. The library's own function runs code between the constructors
 * and main. Had the constructors filled the stack, that code would write over the fill. */
int __libc_start_main(main_function *unit_main, int argc, char **argv, void (*init)(void), void (*fini)(void),
                      void (*rtld_fini)(void), void *stack_end) {
  start_function *start = (start_function *)dlsym(RTLD_NEXT, "__libc_start_main");
  if (start == NULL) abort();
  main_of_unit = unit_main;
  return start(enter_main, argc, argv, init, fini, rtld_fini, stack_end);
}

#pragma clang attribute pop
