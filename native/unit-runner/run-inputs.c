#define _GNU_SOURCE
#include "run-inputs.h"

#include "results.h"
#include "run-child.h"

/* Inputs for one child. If one takes too much memory, all of that child are run again. */
#define MOST_SHARED_INPUTS 512

/* Puts the result of an input, and those of its group if that is over; returns the input to go on with. */
static size_t put_results(const struct run *run, size_t index, const struct result *result) {
  put_result(run, result);
  size_t next = index + 1;
  if (!is_group_over(run, &run->inputs[index], result)) return next;
  for (; next < run->input_count && run->inputs[next].group == run->inputs[index].group; next++) put_skipped();
  return next;
}

/* Puts the results that a child gave; returns the input to go on with. */
static size_t collect(const struct run *run, size_t first, size_t end, const struct ended *ended) {
  struct result result;
  size_t next = first;
  while (next < end && finished_result(run, next, first, ended, &result)) next = put_results(run, next, &result);
  return next;
}

static bool took_too_much_memory(const struct run *run, const struct ended *ended) {
  return run->limits.memory_bytes && ended->max_rss_bytes > run->limits.memory_bytes;
}

static struct kept_object *unit_of(const struct run *run, size_t index) {
  return run->images[run->inputs[index].image].unit;
}

/* Where the inputs end that may share a child with the first. */
static size_t shared_end(const struct run *run, size_t first) {
  size_t end = first;
  while (end < run->input_count && end < first + MOST_SHARED_INPUTS && !unit_of(run, end)->needs_isolation) end++;
  return end;
}

void run_inputs(const struct run *run, struct outcome *outcome) {
  bool isolated = run->flags & RUN_ISOLATED;
  /* The next child is for one input alone. */
  bool alone = false, was_forbidden = false;
  for (size_t next = 0; next < run->input_count;) {
    bool single = isolated || alone || unit_of(run, next)->needs_isolation;
    size_t end = single ? next + 1 : shared_end(run, next);
    const size_t first = next;
    struct ended ended = run_child(run, first, end, single);
    if (control->phase == PHASE_UNSUPPORTED || control->phase == PHASE_BROKEN) {
      outcome->kind = control->phase == PHASE_UNSUPPORTED ? ANSWER_UNSUPPORTED : ANSWER_FAILED;
      memcpy(outcome->reason, control->reason, REASON_BYTES);
      outcome->reason[REASON_BYTES - 1] = '\0';
      return;
    }
    if (!single && took_too_much_memory(run, &ended)) {
      /* Nobody knows which of the inputs that was: they are run again one by one, and so are the others. */
      isolated = true;
      continue;
    }
    if (!single) next = collect(run, first, end, &ended);
    if (next > first) {
      struct result died;
      if (next < end && died_result(run, next, &ended, &died)) next = put_results(run, next, &died);
      continue;
    }
    if (!single && control->phase == PHASE_PREPARING && unit_of(run, first) != unit_of(run, end - 1)) {
      /* Another image may be what it ended of. */
      alone = true;
      continue;
    }
    alone = false;
    struct result result = last_result(run, &control->ends[first], &ended);
    bool forbidden = result.kind == KIND_FORBIDDEN_SYSCALL;
    if (!single && (forbidden || control->ends[first].done)) {
      /* The filter of shared children is stricter, and their memory is known of all together: a child for this input
       * alone decides. */
      was_forbidden = forbidden;
      alone = true;
      continue;
    }
    /* A unit that needs such calls will need them again. A sanitizer's report happens once. */
    if (was_forbidden && control->ends[first].done) unit_of(run, first)->needs_isolation = true;
    was_forbidden = false;
    next = put_results(run, first, &result);
  }
}
