/* A child is a process of the runner that runs some inputs of a run. This starts one and watches it. */
#pragma once

#include "../shared/run-end.h"
#include "../shared/rung.h"
#include "task-files.h"
#include "task.h"

/* What an input may write to one of the files. */
static inline uint64_t most_output(const struct run *run, int file) {
  if (file == ERR) return MAX_STDERR_BYTES;
  return file == OUT ? run->limits.output_bytes : run->limits.record_bytes;
}

/* What is known once a child has ended. */
struct ended {
  /* KIND_EXITED if no limit was seen to be hit. */
  enum response_kind stopped;
  int status;
  uint64_t sizes[FILES];
  uint64_t cpu_us, wall_us, max_rss_bytes;
};

/* What the child that ran last has left. */
extern struct control *control;

struct fences {
  const struct rung *rung;
  int landlock_abi;
  bool has_filter;
};

/* Before the first child. */
void prepare_children(const struct fences *fences);

/* Runs the inputs [first, end) in a new child until it ends or has to be ended. */
struct ended run_child(const struct run *run, size_t first, size_t end, bool isolated);
