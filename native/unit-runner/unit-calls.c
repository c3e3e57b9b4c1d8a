#define _GNU_SOURCE
#include "unit-calls.h"

#include "sanitizers.h"
#include "unit-stack.h"

#include <link.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_HANDLERS 4096

struct handler {
  void (*function)(void *);
  void *argument;
};

static struct handler handlers[MOST_HANDLERS];
static size_t handler_count;
static void *after_exit[5];
static int exit_status;
static bool left_properly;
static struct image described;

static _Noreturn void leave(int status, bool properly) {
  exit_status = status;
  left_properly = properly;
  if (__asan_handle_no_return) __asan_handle_no_return();
  __builtin_longjmp(after_exit, 1);
}

static void tidy_up(void) {
  while (handler_count > 0) {
    const struct handler *handler = &handlers[--handler_count];
    handler->function(handler->argument);
  }
  fflush(NULL);
}

static _Noreturn void unit_exit(int status) {
  tidy_up();
  leave(status, true);
}

_Noreturn void return_from_unit(int status) { leave(status, false); }

static int unit_cxa_atexit(void (*function)(void *), void *argument, void *owner) {
  (void)owner;
  if (handler_count == MOST_HANDLERS) return -1;
  handlers[handler_count++] = (struct handler){function, argument};
  return 0;
}

static int unit_atexit(void (*function)(void)) { return unit_cxa_atexit((void (*)(void *))function, NULL, NULL); }

/* To the harness, the image is the executable. */
static int unit_iterate_phdr(int (*callback)(struct dl_phdr_info *, size_t, void *), void *data) {
  const struct {
    struct span span;
    ElfW(Word) flags;
  } parts[] = {
      {described.constants, PF_R},
      {described.code, PF_R | PF_X},
      {{described.data.start, described.zeros.end}, PF_R | PF_W},
  };
  enum { PARTS = sizeof parts / sizeof *parts };
  ElfW(Phdr) headers[PARTS] = {0};
  for (int i = 0; i < PARTS; i++) {
    headers[i].p_type = PT_LOAD;
    headers[i].p_flags = parts[i].flags;
    headers[i].p_vaddr = (uintptr_t)parts[i].span.start;
    headers[i].p_memsz = (size_t)(parts[i].span.end - parts[i].span.start);
  }
  struct dl_phdr_info info = {.dlpi_name = "", .dlpi_phdr = headers, .dlpi_phnum = PARTS};
  return callback(&info, sizeof info, data);
}

void *provided_function(const char *name) {
  static const struct {
    const char *name;
    void *function;
  } provided[] = {
      {"exit", (void *)unit_exit},
      {"_exit", (void *)return_from_unit},
      {"_Exit", (void *)return_from_unit},
      {"atexit", (void *)unit_atexit},
      {"__cxa_atexit", (void *)unit_cxa_atexit},
      {"dl_iterate_phdr", (void *)unit_iterate_phdr},
  };
  for (size_t i = 0; i < sizeof provided / sizeof *provided; i++)
    if (strcmp(provided[i].name, name) == 0) return provided[i].function;
  return NULL;
}

void *replaced_function(const char *name) {
  return strcmp(name, "gepo_fill_stack") == 0 ? (void *)fill_stack_below_caller : NULL;
}

void describe_image(const struct image *image) { described = *image; }

/*
 * Not inlined: __builtin_setjmp gives up all registers. Where `run` returns, no frame is left behind that ASan would have
 * to be told of; being told, it looks through all its frames of the stack when it needs the next.
 */
__attribute__((noinline)) static void run_and_exit(int (*run)(void *), void *argument) {
  int status = run(argument);
  tidy_up();
  exit_status = status;
  left_properly = true;
}

__attribute__((noinline)) bool run_until_exit(int (*run)(void *), void *argument, int *status) {
  handler_count = 0;
  if (__builtin_setjmp(after_exit) == 0) run_and_exit(run, argument);
  *status = exit_status & 255;
  return left_properly;
}
