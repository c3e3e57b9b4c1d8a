/*
 * What the processes of a run take, from /proc: the run's are all but bubblewrap's first and this one.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* As of now. */
struct usage {
  uint64_t cpu_us, largest_bytes, all_bytes;
};

struct usage look_at_processes(void);

/* What the threads of a run have to do with there being too few cores. */
struct waiting {
  /* One of them could run now, or does. */
  bool wants_core;
  /* The longest time that one of them could run and did not, as far as it has run since. */
  uint64_t longest_us;
};

struct waiting look_at_threads(void);
