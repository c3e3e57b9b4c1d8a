/*
 * The cgroup of a box, if the machine has one to give. It counts the CPU time and the memory of all processes of a run,
 * those that nobody waited for included, and the kernel ends a run that takes too much memory.
 *
 * The host makes it (src/judge/cgroup.ts) and hands over open files of it, because the box cannot see or open any.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "../shared/protocol.h"

struct cgroup {
  bool exists;
  /* Write 0 to them, and the calling process is a member. In version 2 one file serves for all that is counted. */
  int memory_members, cpu_members;
  int cpu, memory_limit, memory_usage, memory_events;
  /* Version 1 counts CPU time in nanoseconds, version 2 in microseconds behind a word. */
  bool is_v2;
  /* As they were when the run began. */
  uint64_t cpu_at_start_us, kills_at_start;
};

/* Takes over the files that the host has left at CGROUP_FD and behind. `version` is `v1` or `v2`. False if they are not
 * there. */
bool take_cgroup(struct cgroup *cgroup, const char *version);

/* Before a run, while the cgroup has no members. False with errno if the limit cannot be set. */
bool begin_run(struct cgroup *cgroup, const struct limits *limits);

/* Makes the calling process, and what it starts from now on, members. */
bool join_cgroup(const struct cgroup *cgroup);

/* Of the run that began last. */
uint64_t cgroup_cpu_us(const struct cgroup *cgroup);

/* Whether the kernel has ended a process of the run for lack of memory. */
bool ran_out_of_memory(const struct cgroup *cgroup);
