/*
 * What the runner and the process that it makes for some inputs agree on.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "../shared/protocol.h"

#define MOST_INPUTS 4096
#define MOST_IMAGES 32
#define MOST_OBJECTS 16
#define REASON_BYTES 400
/* Once there is more than this in a file that inputs share, the rest of them get a new process. */
#define SHARED_OUTPUT_BYTES (4u << 20)

/* Descriptors below FIRST_OWN_FD are a unit's, those from there to FIRST_CHILD_FD the runner's alone. */
enum {
  FIRST_OWN_FD = 10,
  FIRST_CHILD_FD = 20,
  OUTPUT_FD = 20,
  ERROR_FD,
  RECORD_FD,
  SIZE_FD,
  TEXT_FD,
  ARGUMENTS_FD,
  FILL_FD
};
_Static_assert(TEXT_FD % 2 == 0, "batch-filter.h tells the input files by all bits but the lowest");

enum run_flag {
  RUN_ISOLATED = 1,
  RUN_WANT_RECORD = 2,
  RUN_WRAP = 4,
  /* An input's group is over once it ended well with another result than expected, */
  RUN_STOP_DIFFERENCE = 8,
  /* or once it did anything but what is expected. */
  RUN_STOP_DEVIATION = 16,
};

struct strings {
  /* Encoded as `bytes` one after another. */
  const char *at, *end;
  uint32_t count;
};

struct kept_object;

/* What is linked together. */
struct linked {
  struct bytes objects[MOST_OBJECTS];
  size_t object_count;
  /* The unit's own, which the parent keeps. */
  struct kept_object *unit;
};

struct input {
  /* Index of what it runs; it never falls from an input to the next. */
  uint32_t image;
  struct strings environment;
  struct bytes text, arguments;
  /* The byte that the stack is filled with and malloc'ed memory from, if it is one. */
  uint32_t group, fill;
  bool has_expected;
  uint32_t expected_status;
  struct bytes expected_output;
};

struct run {
  uint32_t flags;
  struct limits limits;
  struct linked images[MOST_IMAGES];
  size_t image_count;
  struct strings environment;
  struct input inputs[MOST_INPUTS];
  size_t input_count;
};

/* Without one, zero as the kernel gives it. */
static inline uint8_t stack_fill(const struct input *input) { return input->fill <= 255 ? (uint8_t)input->fill : 0; }

/* Written by the child. The parent believes no more of it than the child could also have brought about by its output. */
struct input_end {
  volatile uint32_t done, status;
  /* By returning from main or by exit. */
  volatile uint32_t properly;
  volatile uint64_t cpu_us, output_end, error_end, record_end;
};

/* Values of `done`. */
enum { NOT_DONE, DONE, SKIPPED_WITH_GROUP };

enum phase { PHASE_PREPARING, PHASE_RUNNING, PHASE_FINISHED, PHASE_UNSUPPORTED, PHASE_BROKEN, PHASE_TOO_LARGE };

struct control {
  volatile uint32_t phase;
  volatile uint32_t current;
  char reason[REASON_BYTES];
  struct input_end ends[MOST_INPUTS];
};

/* The status that the sanitizers end a process with. */
#define SANITIZER_EXIT 77

/* Whether what a unit that exited has to show is a result: no sanitizer's report, and its record complete. */
static inline bool ended_well(const struct run *run, bool sanitizing, uint32_t status, bool properly) {
  return !(sanitizing && status == SANITIZER_EXIT) && (properly || !(run->flags & RUN_WANT_RECORD));
}

static inline bool ends_group(const struct run *run, bool well, bool same) {
  if (well && same) return false;
  return (run->flags & RUN_STOP_DEVIATION) || ((run->flags & RUN_STOP_DIFFERENCE) && well);
}

/* The inputs [first, end) of a run for one process. */
struct task {
  const struct run *run;
  struct control *control;
  size_t first, end;
  bool isolated;
  uint64_t random;
  int landlock_rules;
  bool has_filter;
  int parent;
  /* What is in the output file, mapped. */
  const char *output;
  /* What is in the input files, which can be written here alone. */
  char *text, *arguments;
};

/* In a new child: never returns. */
_Noreturn void run_task(const struct task *task);
