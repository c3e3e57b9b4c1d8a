/*
 * What the processes of a run use, from /proc, looked at every few milliseconds. All processes there belong to the run,
 * except bubblewrap's first one and the judge box itself.
 *
 * A look sees the processes that live. The CPU time of the others is known by their parents, if those waited for them.
 * A parent that does not care (SIGCHLD ignored, SA_NOCLDWAIT) takes nothing over, and the kernel forgets. So the last
 * look at a process is kept; and once a child was seen to be forgotten, CPU time is estimated by what runs at each look.
 *
 * Not guaranteed: what happens between two looks. A cgroup (cgroup.h) knows that too.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The box bounds processes and threads; what would not fit is not kept. */
#define MOST_PROCESSES 256

/* A process at the last look. */
struct seen_process {
  long pid, parent;
  /* Tells it from another one that got its number. */
  uint64_t started;
  /* Its own CPU time, and that of children it has waited for. */
  uint64_t own_us, children_us;
  /* Page faults: likewise. Every process has some, so a parent that waits takes some over. */
  uint64_t own_faults, children_faults;
  uint64_t address_bytes, shared_bytes;
  /* A thread of it waits as for a disk. */
  bool in_disk_wait;
};

struct account {
  struct seen_process processes[MOST_PROCESSES];
  size_t process_count;
  uint64_t last_look_us;
  /* Of processes that are gone, as they were last seen. */
  uint64_t gone_us;
  /* A child was forgotten by its parent; from then on `estimated_us` grows by what runs at each look. */
  bool forgets_children;
  uint64_t estimated_us;
  /* The time in which no thread of the run had or wanted a core, or waited for a page of its memory. */
  uint64_t idle_us;
  /* The thread that was seen to run last, of this process. */
  long running_process, running_thread;
  /* The largest process, and all of them together. */
  uint64_t largest_bytes, all_bytes;
  uint64_t cpu_us;
};

/* Brings the account up to `now_us`. Begins with an account that is zero but for `last_look_us`. */
void look_at_run(struct account *account, uint64_t now_us);

/* What limits the run: pages that processes share are counted for each, hence half of what all have together. */
static inline uint64_t memory_of_run(const struct account *account) {
  const uint64_t half = account->all_bytes / 2;
  return account->largest_bytes > half ? account->largest_bytes : half;
}
