/*
 * How a run ended, from what it used and from the status of its process.
 *
 * A limit that was exceeded comes before anything else that happened, a forbidden call or a crash included: whoever
 * looked in time would have ended the run at the limit, and the answer must not depend on when somebody looked. So the
 * limits are applied to what a run has used so far while it runs, and once more to the final figures.
 */
#pragma once

#include <signal.h>
#include <sys/wait.h>

#include "protocol.h"

/* Ends a run, although only its beginning is kept: a flood on standard error. */
#define MAX_STDERR_BYTES (1u << 20)
#define KEPT_STDERR_BYTES (16u << 10)
/* How often memory is looked at. */
#define POLL_MS 5
/* Of a unit. */
#define MAX_OPEN_FILES 64

/* What a run has used. The wall clock ends runs that go on; one that has ended by itself was in time. */
struct used {
  bool too_much_output;
  uint64_t cpu_us, wall_us, memory_bytes;
};

/* The limit that is exceeded, KIND_EXITED if none. */
static inline enum response_kind exceeded_limit(const struct limits *limits, const struct used *used) {
  if (used->too_much_output) return KIND_OUTPUT_LIMIT;
  if (used->cpu_us > limits->cpu_ms * 1000) return KIND_CPU_TIMEOUT;
  if (used->wall_us > limits->wall_ms * 1000) return KIND_WALL_TIMEOUT;
  if (limits->memory_bytes && used->memory_bytes > limits->memory_bytes) return KIND_MEMORY_LIMIT;
  return KIND_EXITED;
}

struct run_end {
  enum response_kind kind;
  uint32_t code;
};

/* The end of a run that nobody ended. `status` is what wait says of its first process. */
static inline struct run_end name_end(const struct limits *limits, const struct used *used, int status) {
  const int signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  const enum response_kind exceeded = exceeded_limit(limits, used);
  if (exceeded != KIND_EXITED) return (struct run_end){exceeded, 0};
  /* The kernel's own clock, which counts whole seconds. */
  if (signal == SIGXCPU) return (struct run_end){KIND_CPU_TIMEOUT, 0};
  if (signal == SIGSYS) return (struct run_end){KIND_FORBIDDEN_SYSCALL, 0};
  if (signal) return (struct run_end){KIND_SIGNALED, (uint32_t)signal};
  return (struct run_end){KIND_EXITED, (uint32_t)WEXITSTATUS(status)};
}
