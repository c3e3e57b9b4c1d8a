/*
 * What the processes of a run use, from /proc. All processes there belong to the run, except bubblewrap's first one and
 * the judge box itself.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* As of now. */
struct usage {
  uint64_t cpu_us, largest_bytes, all_bytes;
};

struct usage look_at_processes(void);

/* Whether the threads of a run lack cores. */
struct waiting {
  /* One of them runs, or could run now. */
  bool wants_core;
  /* The longest time that one of them has waited for a core. It counts once the thread has run again. */
  uint64_t longest_us;
};

struct waiting look_at_threads(void);
