#define _GNU_SOURCE
#include "cgroup.h"

#include "../shared/descriptors.h"
#include "../shared/processes.h"

/* Where the host leaves the files, in the order of `files` below. */
#define CGROUP_FD 3
/* Files in /tmp and /dev/shm, which count as memory here, and what the kernel keeps for a run. */
#define BESIDE_MEMORY_BYTES (128u << 20)

bool take_cgroup(struct cgroup *cgroup, const char *version) {
  int *const files[] = {&cgroup->memory_members, &cgroup->cpu_members,  &cgroup->cpu,
                        &cgroup->memory_limit,   &cgroup->memory_usage, &cgroup->memory_events};
  enum { FILES = sizeof files / sizeof *files };
  for (int i = 0; i < FILES; i++) {
    *files[i] = fcntl(CGROUP_FD + i, F_DUPFD_CLOEXEC, CGROUP_FD + FILES);
    if (*files[i] < 0) return false;
  }
  for (int i = 0; i < FILES; i++) close(CGROUP_FD + i);
  cgroup->exists = true;
  cgroup->is_v2 = strcmp(version, "v2") == 0;
  return true;
}

/* The number behind `name` in a file of the cgroup; without a name, the first. 0 if there is none. */
static uint64_t read_number(int fd, const char *name) {
  char text[1024];
  ssize_t length = pread(fd, text, sizeof text - 1, 0);
  if (length <= 0) return 0;
  text[length] = '\0';
  const char *at = strstr(text, name);
  return at ? strtoull(at + strlen(name), NULL, 10) : 0;
}

static uint64_t total_cpu_us(const struct cgroup *cgroup) {
  return cgroup->is_v2 ? read_number(cgroup->cpu, "usage_usec ") : read_number(cgroup->cpu, "") / 1000;
}

static uint64_t kills(const struct cgroup *cgroup) { return read_number(cgroup->memory_events, "oom_kill "); }

bool begin_run(struct cgroup *cgroup, const struct limits *limits) {
  if (!cgroup->exists) return true;
  cgroup->cpu_at_start_us = total_cpu_us(cgroup);
  cgroup->kills_at_start = kills(cgroup);
  char limit[32];
  /* The box's own files stay in memory between runs. A run may have twice the limit in all its processes. */
  const uint64_t bytes = read_number(cgroup->memory_usage, "") + 2 * limits->memory_bytes + BESIDE_MEMORY_BYTES;
  int length = limits->memory_bytes ? snprintf(limit, sizeof limit, "%llu", (unsigned long long)bytes)
                                    : snprintf(limit, sizeof limit, cgroup->is_v2 ? "max" : "-1");
  return pwrite(cgroup->memory_limit, limit, (size_t)length, 0) == length;
}

bool join_cgroup(const struct cgroup *cgroup) {
  return !cgroup->exists || (write(cgroup->memory_members, "0", 1) == 1 && write(cgroup->cpu_members, "0", 1) == 1);
}

uint64_t cgroup_cpu_us(const struct cgroup *cgroup) {
  const uint64_t total_us = total_cpu_us(cgroup);
  /* A cgroup that is gone says nothing: no run may seem to have used more than it has. */
  return total_us > cgroup->cpu_at_start_us ? total_us - cgroup->cpu_at_start_us : 0;
}

bool ran_out_of_memory(const struct cgroup *cgroup) { return cgroup->exists && kills(cgroup) > cgroup->kills_at_start; }
