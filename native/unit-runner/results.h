/*
 * What the runner says of an input, from how its child ended and from the size of its output. A child's own word is
 * believed for the exit status and the CPU time of inputs that it finished.
 */
#pragma once

#include "run-child.h"

struct piece {
  uint64_t start, end;
};

struct result {
  enum response_kind kind;
  uint32_t code;
  /* The unit itself said so: by returning from main or by exit. */
  bool properly;
  uint64_t cpu_us, wall_us, max_rss_bytes;
  struct piece pieces[FILES];
};

/* The result of an input that the child finished and went on from; false if its figures cannot be. */
bool finished_result(const struct run *run, size_t index, size_t first, const struct ended *ended,
                     struct result *result);

/* The result of a child's first input, in which the child ended. */
struct result last_result(const struct run *run, const struct input_end *end, const struct ended *ended);

/* The result of an input that was not the child's first and that ended the child by a fault; false for any other end.
 * The input began as it would in a new child, so it is not run again. */
bool died_result(const struct run *run, size_t index, const struct ended *ended, struct result *result);

/* Whether nothing more of its group is to be run. */
bool is_group_over(const struct run *run, const struct input *input, const struct result *result);

/* Both add to the answer. */
void put_result(const struct run *run, const struct result *result);
void put_skipped(void);
