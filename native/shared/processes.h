/*
 * What a program needs that starts other processes and watches them: clocks, limits, sizes, and a way to end them.
 */
#pragma once

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static inline _Noreturn void die(const char *what) {
  dprintf(STDERR_FILENO, "%s: %s: %s\n", program_invocation_short_name, what, strerror(errno));
  _exit(1);
}

static inline uint64_t now_us(clockid_t clock) {
  struct timespec time;
  if (clock_gettime(clock, &time) < 0) return 0;
  return (uint64_t)time.tv_sec * 1000000 + (uint64_t)time.tv_nsec / 1000;
}

static inline uint64_t timeval_us(struct timeval time) {
  return (uint64_t)time.tv_sec * 1000000 + (uint64_t)time.tv_usec;
}

static inline uint64_t used_cpu_us(const struct rusage *usage) {
  return timeval_us(usage->ru_utime) + timeval_us(usage->ru_stime);
}

/* Lowers a limit, soft and hard, but never tries to raise the hard one. */
static inline bool lower_limit(int resource, rlim_t soft, rlim_t hard) {
  struct rlimit current;
  if (getrlimit(resource, &current) < 0) return false;
  struct rlimit wanted = {soft < current.rlim_max ? soft : current.rlim_max,
                          hard < current.rlim_max ? hard : current.rlim_max};
  return setrlimit(resource, &wanted) == 0;
}

/* Reads the beginning of a small file as a string; false if there is nothing to read. */
static inline bool read_small_file(const char *path, char *text, size_t size) {
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return false;
  ssize_t length = read(fd, text, size - 1);
  close(fd);
  if (length <= 0) return false;
  text[length] = '\0';
  return true;
}

/* The number of `pidfd`'s process in whichever namespace /proc belongs to; 0 if /proc does not tell. */
static inline long pid_in_proc(int pidfd) {
  char path[64], text[512];
  snprintf(path, sizeof path, "/proc/self/fdinfo/%d", pidfd);
  if (!read_small_file(path, text, sizeof text)) return 0;
  const char *line = strstr(text, "\nPid:");
  return line ? strtol(line + 5, NULL, 10) : 0;
}

/* The file that says how large a process is; -1 if /proc does not give it. */
static inline int open_size_file(int pidfd) {
  long pid = pid_in_proc(pidfd);
  if (pid <= 0) return -1;
  char path[64];
  snprintf(path, sizeof path, "/proc/%ld/status", pid);
  return open(path, O_RDONLY | O_CLOEXEC);
}

/* The number behind `name` in the text of such a file, which counts in KiB. */
static inline uint64_t bytes_behind(const char *text, const char *name) {
  const char *at = strstr(text, name);
  return at ? strtoull(at + strlen(name), NULL, 10) * 1024 : 0;
}

/* The memory that a process takes: what is resident, and the page tables, which may be large where little is. */
static inline uint64_t memory_of_process(int size_file) {
  char text[4096];
  ssize_t length = pread(size_file, text, sizeof text - 1, 0);
  if (length <= 0) return 0;
  text[length] = '\0';
  return bytes_behind(text, "\nVmRSS:") + bytes_behind(text, "\nVmPTE:");
}

/*
 * Ends what a unit has started, once the unit itself has been waited for. The filter of system calls lets it start
 * nothing: this is the second fence. The caller must be a subreaper, or be alone in its PID namespace.
 */
static inline void end_descendants(bool own_pid_namespace) {
  if (own_pid_namespace) {
    kill(-1, SIGKILL);
    while (waitpid(-1, NULL, WNOHANG) > 0) continue;
    return;
  }
  /* Orphans come to this process. Their own children follow once they are gone. */
  char text[4096];
  while (waitpid(-1, NULL, WNOHANG) >= 0 && read_small_file("/proc/thread-self/children", text, sizeof text)) {
    for (char *at = text, *next; *at; at = next) {
      long pid = strtol(at, &next, 10);
      if (next == at) break;
      kill((pid_t)pid, SIGKILL);
    }
    waitpid(-1, NULL, 0);
  }
}
