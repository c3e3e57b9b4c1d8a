#define _GNU_SOURCE
#include "results.h"

#include <signal.h>

#include "raw-memory.h"
#include "request-memory.h"
#include "sanitizers.h"

static void put_piece(int file, struct piece piece, uint64_t most) {
  uint64_t length = piece.end - piece.start;
  put_bytes(output_files[file].data + piece.start, length < most ? length : most);
}

void put_skipped(void) { put_uint(0, 4); }

void put_result(const struct run *run, const struct result *result) {
  put_uint(1, 4);
  put_uint(result->kind, 4);
  put_uint(result->code, 4);
  put_uint(result->cpu_us, 8);
  put_uint(result->wall_us, 8);
  put_uint(result->max_rss_bytes, 8);
  put_piece(OUT, result->pieces[OUT], run->limits.output_bytes);
  put_piece(ERR, result->pieces[ERR], KEPT_STDERR_BYTES);
  put_piece(RECORD, result->pieces[RECORD], run->limits.record_bytes);
}

static bool is_too_long(const struct run *run, const struct result *result) {
  for (int i = 0; i < FILES; i++)
    if (result->pieces[i].end - result->pieces[i].start > most_output(run, i)) return true;
  return false;
}

bool finished_result(const struct run *run, size_t index, size_t first, const struct ended *ended,
                     struct result *result) {
  const struct input_end *end = &control->ends[index];
  if (end->done != DONE) return false;
  const struct input_end none = {0}, *before = index > first ? &control->ends[index - 1] : &none;
  *result = (struct result){
      .kind = KIND_EXITED,
      .code = end->status & 255,
      .properly = end->properly,
      .cpu_us = end->cpu_us,
      .wall_us = end->cpu_us,
      .max_rss_bytes = ended->max_rss_bytes,
      .pieces = {{before->output_end, end->output_end},
                 {before->error_end, end->error_end},
                 {before->record_end, end->record_end}},
  };
  for (int i = 0; i < FILES; i++)
    if (result->pieces[i].start > result->pieces[i].end || result->pieces[i].end > ended->sizes[i]) return false;
  /* Its memory is known of all inputs together, and was not too much. */
  const struct used used = {.too_much_output = is_too_long(run, result), .cpu_us = result->cpu_us};
  result->kind = exceeded_limit(&run->limits, &used);
  return true;
}

struct result last_result(const struct run *run, const struct input_end *end, const struct ended *ended) {
  struct result result = {
      .kind = ended->stopped,
      .properly = end->done == DONE && end->properly,
      .cpu_us = ended->cpu_us,
      .wall_us = ended->wall_us,
      .max_rss_bytes = ended->max_rss_bytes,
  };
  for (int i = 0; i < FILES; i++) {
    const uint64_t size = ended->sizes[i], mapped = output_files[i].mapped;
    result.pieces[i] = (struct piece){0, size < mapped ? size : mapped};
  }
  if (ended->stopped != KIND_EXITED) return result;
  const struct used used = {
      /* Output goes to files here, whose size the kernel bounds. */
      .too_much_output = is_too_long(run, &result) ||
                         (WIFSIGNALED(ended->status) && WTERMSIG(ended->status) == SIGXFSZ),
      .cpu_us = result.cpu_us,
      .memory_bytes = result.max_rss_bytes,
  };
  struct run_end named = name_end(&run->limits, &used, ended->status);
  /* As the kernel ends a process whose program does not fit into its limits. */
  if (named.kind == KIND_EXITED && control->phase == PHASE_TOO_LARGE) named = (struct run_end){KIND_SIGNALED, SIGKILL};
  result.kind = named.kind;
  result.code = named.code;
  return result;
}

static bool is_expected(const struct input *input, const struct result *result) {
  const struct piece *output = &result->pieces[OUT];
  return result->kind == KIND_EXITED && result->code == input->expected_status &&
         output->end - output->start == input->expected_output.length &&
         same_raw(output_files[OUT].data + output->start, input->expected_output.data, input->expected_output.length);
}

bool is_group_over(const struct run *run, const struct input *input, const struct result *result) {
  bool well = result->kind == KIND_EXITED && ended_well(run, is_sanitizing(), result->code, result->properly);
  return input->has_expected && ends_group(run, well, is_expected(input, result));
}

bool died_result(const struct run *run, size_t index, const struct ended *ended, struct result *result) {
  if (ended->stopped != KIND_EXITED || control->phase != PHASE_RUNNING || control->current != index) return false;
  const int signal = WIFSIGNALED(ended->status) ? WTERMSIG(ended->status) : 0;
  const bool faulted = signal == SIGSEGV || signal == SIGBUS || signal == SIGFPE || signal == SIGILL ||
                       signal == SIGABRT;
  const bool reported = !signal && is_sanitizing() && WEXITSTATUS(ended->status) == SANITIZER_EXIT;
  if (!faulted && !reported) return false;
  const struct input_end *before = &control->ends[index - 1];
  const uint64_t starts[FILES] = {before->output_end, before->error_end, before->record_end};
  *result = (struct result){
      .kind = faulted ? KIND_SIGNALED : KIND_EXITED,
      .code = faulted ? (uint32_t)signal : SANITIZER_EXIT,
      .max_rss_bytes = ended->max_rss_bytes,
  };
  for (int i = 0; i < FILES; i++) {
    result->pieces[i] = (struct piece){starts[i], ended->sizes[i]};
    if (result->pieces[i].end > output_files[i].mapped || starts[i] > result->pieces[i].end) return false;
  }
  return !is_too_long(run, result);
}
