/*
 * Linked into the coverage build of a unit. It counts the edges that a run takes (clang's trace-pc-guard) and ends the
 * run when a budget of them is used up. By the budget, "does not end" is a fact of the program and its input, the same
 * on a busy machine and on an idle one. By a time limit it would not be.
 *
 * Enters (environment): GEPO_FUEL, the number of edges that a run may take, without which there is no limit. GEPO_HITS,
 * set if the caller wants to know which edges were taken.
 * Leaves (file descriptor 3, after anything else written there): a trailer
 *   hits[n] text[m] u32 n, u32 m, u64 edges taken, u32 out of fuel (0 or 1), "GEPOCOV1"
 * where hits are edge counts bucketed to 0, 1, 2, 3 (3-7), 4 (8-31), 5 (32-) and text is the recorded stdin.
 * Not guaranteed: a trailer when the program ends by a signal or by _exit.
 */
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

extern const char *gepo_recorded_stdin(uint32_t *length);

enum { MAX_EDGES = 1 << 16 };

static uint8_t hits[MAX_EDGES];
static uint32_t edge_count;
static uint64_t edges_taken, fuel = UINT64_MAX;

static void write_all(const void *bytes, size_t length) {
  const char *p = bytes;
  while (length > 0) {
    ssize_t written = write(3, p, length);
    if (written <= 0) return;
    p += written;
    length -= (size_t)written;
  }
}

static void write_trailer(uint32_t out_of_fuel) {
  const uint32_t hit_count = getenv("GEPO_HITS") ? edge_count : 0;
  for (uint32_t i = 0; i < hit_count; i++) {
    uint8_t count = hits[i];
    hits[i] = count < 4 ? count : count < 8 ? 3 : count < 32 ? 4 : 5;
  }
  uint32_t text_length;
  const char *text = gepo_recorded_stdin(&text_length);
  write_all(hits, hit_count);
  write_all(text, text_length);
  uint32_t sizes[2] = {hit_count, text_length};
  write_all(sizes, sizeof sizes);
  write_all(&edges_taken, sizeof edges_taken);
  write_all(&out_of_fuel, sizeof out_of_fuel);
  write_all("GEPOCOV1", 8);
}

void __sanitizer_cov_trace_pc_guard_init(uint32_t *start, uint32_t *stop) {
  for (uint32_t *guard = start; guard < stop; guard++)
    if (*guard == 0) *guard = edge_count < MAX_EDGES - 1 ? ++edge_count : MAX_EDGES - 1;
}

void __sanitizer_cov_trace_pc_guard(uint32_t *guard) {
  uint8_t *count = &hits[*guard - 1];
  if (*count < 255) ++*count;
  if (++edges_taken > fuel) {
    fuel = UINT64_MAX;
    write_trailer(1);
    _exit(0);
  }
}

static void finish(void) { write_trailer(0); }

/* Early, so that the trailer, written by atexit, comes after everything that the program does at its exit. */
__attribute__((constructor(101))) static void start_coverage(void) {
  atexit(finish);
  const char *budget = getenv("GEPO_FUEL");
  if (budget != NULL) fuel = strtoull(budget, NULL, 10);
}
