/*
 * supervise RUNG: runs units one after another and reports on each; `protocol.h` has the messages.
 *
 * In: requests on standard input. Out: responses on standard output. Working directory: the box with the executables.
 * RUNG says what surrounds it (src/sandbox/rung.ts): `full` and `proc-bind` are bubblewrap's namespaces, in `landlock`
 * its own fences are the only ones and must all hold, in `none` it does what the kernel allows.
 *
 * A unit gets descriptors 0 (sealed memory file), 1 and 2 (pipes), 3 (pipe, if a record is wanted) and 4 (sealed
 * memory file, if there are args), no others; it can write nowhere but to its pipes, start no process or thread, and
 * reach no other process. It leaves nothing behind that a later run could see.
 *
 * Not guaranteed: that a unit cannot learn the time, its process id or random bytes (repeat runs to find out), and
 * memory limits between two looks at its size (`POLL_MS`), except that a run whose peak was above is reported so.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

#include "file-access.h"
#include "protocol.h"
#include "run-files.h"
#include "system-call-filter.h"

/* A flood on standard error ends the run too, though only its beginning is kept. */
#define MAX_STDERR_BYTES (1u << 20)
/* How often memory is looked at; CPU time is looked at as soon as it can have run out. */
#define POLL_MS 5
#define MAX_OPEN_FILES 64
#define BUSY_EXECUTABLE_MS 3000u
/* Below it lie the descriptors that a unit gets; the supervisor's own are all above. */
#define FIRST_OWN_FD 10

enum fence { FENCE_OFF, FENCE_WANTED, FENCE_REQUIRED };

struct rung {
  const char *name;
  bool own_pid_namespace;
  enum fence landlock, filter;
};

static const struct rung rungs[] = {
    {"full", true, FENCE_WANTED, FENCE_REQUIRED},
    {"proc-bind", true, FENCE_WANTED, FENCE_REQUIRED},
    {"landlock", false, FENCE_REQUIRED, FENCE_REQUIRED},
    {"none", false, FENCE_WANTED, FENCE_WANTED},
};

/* What the parent and a child that has not yet executed share. Its address is random: see system-call-filter.h. */
struct shared {
  char path[4096];
  /* The step that failed in the child and its errno; step 0 while none did. */
  volatile int failed_step, error;
  /* Randomisation was to be off, but the system (a container's seccomp profile, say) does not let it. */
  volatile bool kept_aslr;
};

enum step {
  STEP_NONE,
  STEP_PARENT,
  STEP_FILES,
  STEP_LIMITS,
  STEP_PRIVILEGES,
  STEP_LANDLOCK,
  STEP_FILTER,
  STEP_EXECUTE
};

static const char *const step_names[] = {
    [STEP_PARENT] = "find its parent",     [STEP_FILES] = "arrange its descriptors",
    [STEP_LIMITS] = "set its limits",      [STEP_PRIVILEGES] = "give up privileges",
    [STEP_LANDLOCK] = "confine its files", [STEP_FILTER] = "filter its system calls",
    [STEP_EXECUTE] = "execute it",
};

struct supervisor {
  const struct rung *rung;
  int landlock_abi;
  bool has_filter;
  pid_t pid;
  struct shared *shared;
};

/* ---- in the child, between fork and exec: system calls only ---- */

static _Noreturn void fail(struct shared *shared, enum step step) {
  shared->error = errno;
  shared->failed_step = step;
  _exit(127);
}

static bool set_limits(const struct limits *limits) {
  /* CPU time is watched by the supervisor to the millisecond; the kernel's whole seconds only back it up. */
  rlim_t cpu_seconds = limits->cpu_ms / 1000 + 2;
  /* A core limit of 1, unlike 0, also keeps the kernel from starting the program that collects cores. */
  return limit(RLIMIT_CPU, cpu_seconds, cpu_seconds + 1) && limit(RLIMIT_FSIZE, 0, 0) && limit(RLIMIT_CORE, 1, 1) &&
         limit(RLIMIT_NPROC, 0, 0) && limit(RLIMIT_MEMLOCK, 0, 0) &&
         limit(RLIMIT_NOFILE, MAX_OPEN_FILES, MAX_OPEN_FILES) &&
         (!limits->data_bytes || limit(RLIMIT_DATA, limits->data_bytes, limits->data_bytes)) &&
         (!limits->stack_bytes || limit(RLIMIT_STACK, limits->stack_bytes, limits->stack_bytes));
}

static _Noreturn void become_unit(const struct supervisor *supervisor, const struct request *request,
                                  const struct child_files *files) {
  struct shared *shared = supervisor->shared;
  setsid();
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != supervisor->pid) fail(shared, STEP_PARENT);
  reset_signals();
  if (!arrange_files(files)) fail(shared, STEP_FILES);
  shared->kept_aslr = (request->flags & FLAG_NO_ASLR) && personality(ADDR_NO_RANDOMIZE) < 0;
  if (!set_limits(&request->limits)) fail(shared, STEP_LIMITS);
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0) fail(shared, STEP_PRIVILEGES);
  if (supervisor->landlock_abi > 0 && restrict_file_access(supervisor->landlock_abi) < 0) fail(shared, STEP_LANDLOCK);
  if (supervisor->has_filter) {
    struct filter_program filter;
    build_unit_filter(&filter, (uint32_t)getpid(), shared->path);
    if (install_filter(&filter) < 0) fail(shared, STEP_FILTER);
  }
  execve(shared->path, request->argv, request->environment);
  fail(shared, STEP_EXECUTE);
}

/* ---- in the supervisor ---- */

/* The number of `pidfd`'s process in whichever namespace /proc belongs to; 0 if /proc does not tell. */
static long pid_in_proc(int pidfd) {
  char path[64], text[512];
  snprintf(path, sizeof path, "/proc/self/fdinfo/%d", pidfd);
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return 0;
  ssize_t length = read(fd, text, sizeof text - 1);
  close(fd);
  if (length <= 0) return 0;
  text[length] = '\0';
  const char *line = strstr(text, "\nPid:");
  return line ? strtol(line + 5, NULL, 10) : 0;
}

/* A file whose second number is the process's resident size in pages; -1 if /proc does not give it. */
static int open_size_file(int pidfd) {
  long pid = pid_in_proc(pidfd);
  if (pid <= 0) return -1;
  char path[64];
  snprintf(path, sizeof path, "/proc/%ld/statm", pid);
  return open(path, O_RDONLY | O_CLOEXEC);
}

static uint64_t resident_bytes(int size_file) {
  char text[128];
  ssize_t length = pread(size_file, text, sizeof text - 1, 0);
  if (length <= 0) return 0;
  text[length] = '\0';
  char *second = strchr(text, ' ');
  return second ? strtoull(second, NULL, 10) * (uint64_t)sysconf(_SC_PAGESIZE) : 0;
}

/* Ends whatever a unit may have started. With the filter that is nothing: this is the second fence. */
static void sweep(const struct supervisor *supervisor) {
  if (supervisor->rung->own_pid_namespace) {
    kill(-1, SIGKILL);
  } else {
    /* Orphans come to this process, a subreaper; their own children follow once they are gone. */
    for (;;) {
      char text[4096];
      int fd = open("/proc/thread-self/children", O_RDONLY | O_CLOEXEC);
      ssize_t length = fd < 0 ? 0 : read(fd, text, sizeof text - 1);
      if (fd >= 0) close(fd);
      if (length <= 0) break;
      text[length] = '\0';
      for (char *at = text, *next; *at; at = next) {
        long pid = strtol(at, &next, 10);
        if (next == at) break;
        kill((pid_t)pid, SIGKILL);
      }
      if (waitpid(-1, NULL, 0) < 0) break;
    }
  }
  while (waitpid(-1, NULL, WNOHANG) > 0) continue;
}

struct watch {
  const struct limits *limits;
  struct channel *channels;
  pid_t pid;
  int pidfd, size_file;
  clockid_t cpu_clock;
  uint64_t started_us;
};

/* The limit that the run has hit by now, KIND_EXITED if none. `wait_us` becomes the time until one can be hit. */
static enum response_kind check_limits(const struct watch *watch, uint64_t *wait_us) {
  if (is_over(&watch->channels[OUT]) || is_over(&watch->channels[ERR]) || is_over(&watch->channels[RECORD]))
    return KIND_OUTPUT_LIMIT;
  uint64_t cpu_limit = watch->limits->cpu_ms * 1000, cpu = now_us(watch->cpu_clock);
  if (cpu > cpu_limit) return KIND_CPU_TIMEOUT;
  uint64_t wall_limit = watch->limits->wall_ms * 1000, wall = now_us(CLOCK_MONOTONIC) - watch->started_us;
  if (wall > wall_limit) return KIND_WALL_TIMEOUT;
  uint64_t memory_limit = watch->limits->memory_bytes;
  if (memory_limit && watch->size_file >= 0 && resident_bytes(watch->size_file) > memory_limit)
    return KIND_MEMORY_LIMIT;
  /* One thread uses no more CPU time than passes on the wall; the rounding up avoids a last, idle round. */
  uint64_t left = cpu_limit - cpu < wall_limit - wall ? cpu_limit - cpu : wall_limit - wall;
  *wait_us = left + 200;
  if (memory_limit && *wait_us > POLL_MS * 1000) *wait_us = POLL_MS * 1000;
  return KIND_EXITED;
}

/* Reads along until the unit has ended or was ended; says which limit ended it, KIND_EXITED if none. */
static enum response_kind watch_unit(const struct watch *watch) {
  enum response_kind stopped = KIND_EXITED;
  for (;;) {
    uint64_t wait_us = POLL_MS * 1000;
    if (stopped == KIND_EXITED) {
      stopped = check_limits(watch, &wait_us);
      if (stopped != KIND_EXITED) kill(watch->pid, SIGKILL);
    }
    struct pollfd polled[CHANNELS + 1];
    for (int i = 0; i < CHANNELS; i++) {
      /* A channel that is over is not read any more; asking for it would make poll return at once. */
      bool wanted = !is_over(&watch->channels[i]);
      polled[i] = (struct pollfd){wanted ? watch->channels[i].fd : -1, POLLIN, 0};
    }
    polled[CHANNELS] = (struct pollfd){watch->pidfd, POLLIN, 0};
    struct timespec timeout = {(time_t)(wait_us / 1000000), (long)(wait_us % 1000000) * 1000};
    if (ppoll(polled, CHANNELS + 1, &timeout, NULL) < 0 && errno != EINTR) die("poll");
    for (int i = 0; i < CHANNELS; i++)
      if (polled[i].revents) drain(&watch->channels[i]);
    if (polled[CHANNELS].revents) return stopped;
  }
}

static struct result judge(const struct request *request, const struct channel *channels, enum response_kind stopped,
                           int status, const struct rusage *usage, uint64_t wall_us) {
  struct result result = {
      .kind = stopped,
      .cpu_us = timeval_us(usage->ru_utime) + timeval_us(usage->ru_stime),
      .wall_us = wall_us,
      .max_rss_bytes = (uint64_t)usage->ru_maxrss * 1024,
  };
  const struct limits *limits = &request->limits;
  int signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  if (stopped != KIND_EXITED) return result;
  /* Limits are applied to the final figures too, so that it does not matter when they were looked at. */
  if (is_over(&channels[OUT]) || is_over(&channels[ERR]) || is_over(&channels[RECORD])) {
    result.kind = KIND_OUTPUT_LIMIT;
  } else if (signal == SIGSYS) {
    result.kind = KIND_FORBIDDEN_SYSCALL;
  } else if (signal == SIGXCPU || result.cpu_us > limits->cpu_ms * 1000) {
    result.kind = KIND_CPU_TIMEOUT;
  } else if (limits->memory_bytes && result.max_rss_bytes > limits->memory_bytes) {
    result.kind = KIND_MEMORY_LIMIT;
  } else if (signal) {
    result.kind = KIND_SIGNALED;
    result.code = (uint32_t)signal;
  } else {
    result.code = (uint32_t)WEXITSTATUS(status);
  }
  return result;
}

static struct result run_once(const struct supervisor *supervisor, const struct request *request,
                              struct channel *channels) {
  struct shared *shared = supervisor->shared;
  struct child_files files;
  shared->failed_step = STEP_NONE;
  if (strlen(request->path) >= sizeof shared->path) return failed(&channels[ERR], "path too long");
  strcpy(shared->path, request->path);
  if (!open_child_files(request, channels, &files)) {
    int error = errno;
    close_child_files(&files);
    return failed(&channels[ERR], "cannot open the run's files: %s", strerror(error));
  }

  struct watch watch = {.limits = &request->limits, .channels = channels, .size_file = -1};
  watch.started_us = now_us(CLOCK_MONOTONIC);
  watch.pid = fork();
  if (watch.pid == 0) become_unit(supervisor, request, &files);
  int fork_error = errno;
  close_child_files(&files);
  if (watch.pid < 0) return failed(&channels[ERR], "cannot fork: %s", strerror(fork_error));

  /* It is not yet waited for, so its number cannot have passed to another process. */
  watch.pidfd = (int)syscall(__NR_pidfd_open, watch.pid, 0);
  if (watch.pidfd < 0) die("pidfd_open");
  if (clock_getcpuclockid(watch.pid, &watch.cpu_clock) != 0) die("clock_getcpuclockid");
  /* Opened even if memory is not limited: this keeps the entry in /proc that the unit's Landlock rule is tied to. */
  watch.size_file = open_size_file(watch.pidfd);
  enum response_kind stopped = watch_unit(&watch);

  int status;
  struct rusage usage;
  if (wait4(watch.pid, &status, 0, &usage) != watch.pid) die("wait4");
  uint64_t wall_us = now_us(CLOCK_MONOTONIC) - watch.started_us;
  close_fd(&watch.pidfd);
  close_fd(&watch.size_file);
  sweep(supervisor);
  for (int i = 0; i < CHANNELS; i++) drain(&channels[i]);
  if (shared->failed_step != STEP_NONE)
    return failed(&channels[ERR], "cannot run %s: could not %s: %s", shared->path, step_names[shared->failed_step],
                  strerror(shared->error));
  struct result result = judge(request, channels, stopped, status, &usage, wall_us);
  /* A sanitizer that finds no room for its shadow executes itself anew: not the program's doing. */
  if (result.kind == KIND_FORBIDDEN_SYSCALL && shared->kept_aslr)
    return failed(&channels[ERR], "a forbidden system call, and address randomisation could not be turned off");
  return result;
}

/*
 * A process that another thread of the host is just starting may still hold the executable open for writing, for the
 * moment between its fork and its exec: that passes.
 */
static struct result run(const struct supervisor *supervisor, const struct request *request, struct channel *channels) {
  const uint64_t give_up_us = now_us(CLOCK_MONOTONIC) + BUSY_EXECUTABLE_MS * 1000;
  for (;;) {
    struct result result = run_once(supervisor, request, channels);
    const struct shared *shared = supervisor->shared;
    bool busy = result.kind == KIND_FAILED && shared->failed_step == STEP_EXECUTE && shared->error == ETXTBSY;
    if (!busy || now_us(CLOCK_MONOTONIC) > give_up_us) return result;
    for (int i = 0; i < CHANNELS; i++) empty_channel(&channels[i]);
    usleep(1000);
  }
}

static void say_hello(const struct supervisor *supervisor) {
  char frame[16], *at = frame;
  at = write_uint(at, sizeof frame - 4, 4);
  at = write_uint(at, PROTOCOL_VERSION, 4);
  at = write_uint(at, (uint64_t)supervisor->landlock_abi, 4);
  write_uint(at, supervisor->has_filter, 4);
  write_fully(STDOUT_FILENO, frame, sizeof frame);
}

static void serve(const struct supervisor *supervisor) {
  for (char header[4]; read_fully(STDIN_FILENO, header, sizeof header);) {
    struct reader reader = {header, header + sizeof header, true};
    size_t length = read_u32(&reader);
    if (length > MAX_FRAME_BYTES) die("request too large");
    /* One byte more: the last string's end may lie there when the frame is malformed. */
    char *frame = malloc(length + 1);
    if (!frame) die("request buffer");
    if (!read_fully(STDIN_FILENO, frame, length)) exit(0);

    struct request request;
    struct channel channels[CHANNELS] = {{.fd = -1}, {.fd = -1}, {.fd = -1}};
    channels[ERR].keep_at_most = KEPT_STDERR_BYTES;
    channels[ERR].stop_above = MAX_STDERR_BYTES;
    struct result result;
    if (parse_request(frame, length, &request)) {
      channels[OUT].keep_at_most = channels[OUT].stop_above = request.limits.output_bytes;
      channels[RECORD].keep_at_most = channels[RECORD].stop_above = request.limits.record_bytes;
      result = run(supervisor, &request, channels);
    } else {
      result = failed(&channels[ERR], "malformed request");
    }
    respond(&result, channels);
    for (int i = 0; i < CHANNELS; i++) {
      close_fd(&channels[i].fd);
      free(channels[i].data);
    }
    free(request.argv);
    free(request.environment);
    free(frame);
  }
}

static const struct rung *find_rung(const char *name) {
  for (size_t i = 0; i < sizeof rungs / sizeof *rungs; i++)
    if (strcmp(rungs[i].name, name) == 0) return &rungs[i];
  return NULL;
}

int main(int argc, char **argv) {
  struct supervisor supervisor = {.rung = argc == 2 ? find_rung(argv[1]) : NULL, .pid = getpid()};
  if (!supervisor.rung) {
    fputs("usage: supervise full|proc-bind|landlock|none\n", stderr);
    return 2;
  }
  supervisor.landlock_abi = landlock_abi();
  supervisor.has_filter = has_seccomp();
  if ((supervisor.rung->landlock == FENCE_REQUIRED && supervisor.landlock_abi == 0) ||
      (supervisor.rung->filter == FENCE_REQUIRED && !supervisor.has_filter)) {
    fputs("supervise: this kernel lacks what is needed (Landlock, seccomp filters)\n", stderr);
    return 1;
  }

  signal(SIGPIPE, SIG_IGN);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  /* A unit, which has the same user, may not look into this process even where there is no Landlock. */
  prctl(PR_SET_DUMPABLE, 0);
  /* Fills the low numbers, so that no descriptor made later is overwritten while a child arranges its own. */
  for (int fd = 0; fd < FIRST_OWN_FD - 1;)
    if ((fd = dup(STDIN_FILENO)) < 0) die("standard input");

  supervisor.shared = mmap(NULL, sizeof *supervisor.shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (supervisor.shared == MAP_FAILED) die("mmap");
  say_hello(&supervisor);
  serve(&supervisor);
  return 0;
}
