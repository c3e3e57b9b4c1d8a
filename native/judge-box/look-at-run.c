#define _GNU_SOURCE
#include "look-at-run.h"

#include <dirent.h>

#include "../shared/processes.h"

static void add_process(struct usage *usage, long pid) {
  char path[64], text[1024];
  snprintf(path, sizeof path, "/proc/%ld/stat", pid);
  if (!read_small_file(path, text, sizeof text)) return;
  /* The name, second, may hold anything; what follows its last bracket is numbers. */
  char *at = strrchr(text, ')');
  if (!at) return;
  unsigned long long ticks = 0, pages = 0;
  int field = 2;
  for (char *next = strtok(at + 1, " "); next; next = strtok(NULL, " ")) {
    field++;
    if (field >= 14 && field <= 17) ticks += strtoull(next, NULL, 10);
    if (field == 24) pages = strtoull(next, NULL, 10);
  }
  uint64_t bytes = pages * (uint64_t)sysconf(_SC_PAGESIZE);
  usage->cpu_us += ticks * 1000000 / (uint64_t)sysconf(_SC_CLK_TCK);
  usage->all_bytes += bytes;
  if (bytes > usage->largest_bytes) usage->largest_bytes = bytes;
}

struct usage look_at_processes(void) {
  struct usage usage = {0};
  DIR *processes = opendir("/proc");
  if (!processes) die("/proc");
  for (struct dirent *entry; (entry = readdir(processes));) {
    long pid = strtol(entry->d_name, NULL, 10);
    if (pid > 1 && pid != getpid()) add_process(&usage, pid);
  }
  closedir(processes);
  return usage;
}

/* False where the thread is gone. */
static bool read_of_thread(const char *process, const char *thread, const char *name, char *text, size_t size) {
  char path[600];
  snprintf(path, sizeof path, "/proc/%s/task/%s/%s", process, thread, name);
  return read_small_file(path, text, size);
}

static void add_thread(struct waiting *waiting, const char *process, const char *thread) {
  char text[1024];
  if (read_of_thread(process, thread, "stat", text, sizeof text)) {
    const char *name_end = strrchr(text, ')');
    if (name_end && strncmp(name_end, ") R", 3) == 0) waiting->wants_core = true;
  }
  if (read_of_thread(process, thread, "schedstat", text, sizeof text)) {
    const char *second = strchr(text, ' ');
    uint64_t waited_us = second ? strtoull(second, NULL, 10) / 1000 : 0;
    if (waited_us > waiting->longest_us) waiting->longest_us = waited_us;
  }
}

struct waiting look_at_threads(void) {
  struct waiting waiting = {0};
  DIR *processes = opendir("/proc");
  if (!processes) die("/proc");
  for (struct dirent *process; (process = readdir(processes));) {
    long pid = strtol(process->d_name, NULL, 10);
    if (pid <= 1 || pid == getpid()) continue;
    char path[300];
    snprintf(path, sizeof path, "/proc/%s/task", process->d_name);
    DIR *threads = opendir(path);
    if (!threads) continue;
    for (struct dirent *thread; (thread = readdir(threads));)
      if (thread->d_name[0] != '.') add_thread(&waiting, process->d_name, thread->d_name);
    closedir(threads);
  }
  closedir(processes);
  return waiting;
}
