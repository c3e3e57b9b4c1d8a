/*
 * supervise RUNG: runs units one after another and reports on each. ../shared/protocol.h has the messages.
 *
 * In: requests on standard input. Out: responses on standard output. Working directory: the box with the executables.
 * RUNG says what surrounds it (src/sandbox/rung.ts). `full` and `proc-bind` are bubblewrap's namespaces. In `landlock`
 * its own fences are the only ones, and all of them must hold. In `none` it does what the kernel allows.
 *
 * A unit gets descriptors 0 (sealed memory file), 1 and 2 (pipes), 3 (pipe, if a record is wanted) and 4 (sealed
 * memory file, if there are args), and no others. It can write to its pipes alone. It can start no process and no
 * thread, and reach no other process. It leaves nothing behind that a later run could see.
 *
 * Not guaranteed: that a unit cannot learn the time, its process id or random bytes (repeat runs to find out). Memory
 * is not limited between two looks at its size (`POLL_MS`), but a run whose peak was above the limit is reported so.
 */
#define _GNU_SOURCE
#include <sched.h>
#include <sys/personality.h>
#include <sys/prctl.h>

#include "../shared/file-access.h"
#include "../shared/rung.h"
#include "../shared/run-files.h"
#include "../shared/unit-filter.h"

#define BUSY_EXECUTABLE_MS 3000u
/* Below it lie the descriptors that a unit gets. The supervisor's own are all above. */
#define FIRST_OWN_FD 10

/* What the parent and a child that has not yet executed share. Its address is random: see unit-filter.h. */
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
  /* The supervisor watches CPU time to the millisecond. The kernel's whole seconds only back it up. */
  rlim_t cpu_seconds = limits->cpu_ms / 1000 + 2;
  /* A core limit of 1, unlike 0, also keeps the kernel from starting the program that collects cores. */
  return lower_limit(RLIMIT_CPU, cpu_seconds, cpu_seconds + 1) && lower_limit(RLIMIT_FSIZE, 0, 0) &&
         lower_limit(RLIMIT_CORE, 1, 1) && lower_limit(RLIMIT_NPROC, 0, 0) && lower_limit(RLIMIT_MEMLOCK, 0, 0) &&
         lower_limit(RLIMIT_NOFILE, MAX_OPEN_FILES, MAX_OPEN_FILES) &&
         (!limits->data_bytes || lower_limit(RLIMIT_DATA, limits->data_bytes, limits->data_bytes)) &&
         (!limits->stack_bytes || lower_limit(RLIMIT_STACK, limits->stack_bytes, limits->stack_bytes));
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

struct watch {
  const struct limits *limits;
  struct channel *channels;
  pid_t pid;
  int pidfd, size_file;
  clockid_t cpu_clock;
  uint64_t started_us;
};

/* What limits a run that goes on. */
static struct used used_so_far(const struct watch *watch) {
  const bool limited = watch->limits->memory_bytes && watch->size_file >= 0;
  return (struct used){
      .too_much_output = any_is_over(watch->channels),
      .cpu_us = now_us(watch->cpu_clock),
      .wall_us = now_us(CLOCK_MONOTONIC) - watch->started_us,
      .memory_bytes = limited ? memory_of_process(watch->size_file) : 0,
  };
}

/* The time until a limit that is not yet exceeded can be. */
static uint64_t time_to_next_look_us(const struct limits *limits, const struct used *used) {
  /* One thread uses no more CPU time than passes on the wall. The rounding up avoids a last, idle round. */
  const uint64_t cpu_left = limits->cpu_ms * 1000 - used->cpu_us, wall_left = limits->wall_ms * 1000 - used->wall_us;
  const uint64_t left = (cpu_left < wall_left ? cpu_left : wall_left) + 200;
  return limits->memory_bytes && left > POLL_MS * 1000 ? POLL_MS * 1000 : left;
}

/* Reads along until the unit has ended or was ended. Says which limit ended it, KIND_EXITED if none. */
static enum response_kind watch_unit(const struct watch *watch) {
  enum response_kind stopped = KIND_EXITED;
  for (;;) {
    uint64_t wait_us = POLL_MS * 1000;
    if (stopped == KIND_EXITED) {
      const struct used used = used_so_far(watch);
      stopped = exceeded_limit(watch->limits, &used);
      if (stopped == KIND_EXITED) wait_us = time_to_next_look_us(watch->limits, &used);
      else kill(watch->pid, SIGKILL);
    }
    if (read_along(watch->channels, watch->pidfd, wait_us)) return stopped;
  }
}

static struct result judge(const struct request *request, const struct channel *channels, enum response_kind stopped,
                           int status, const struct rusage *usage, uint64_t wall_us) {
  const struct used used = {
      .too_much_output = any_is_over(channels),
      .cpu_us = used_cpu_us(usage),
      .memory_bytes = (uint64_t)usage->ru_maxrss * 1024,
  };
  const struct run_end end = stopped == KIND_EXITED ? name_end(&request->limits, &used, status)
                                                    : (struct run_end){stopped, 0};
  return (struct result){end.kind, end.code, used.cpu_us, wall_us, used.memory_bytes};
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

  /* Nobody has waited for it yet, so no other process can have its number. */
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
  end_descendants(supervisor->rung->own_pid_namespace);
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
 * Another thread of the host may be starting a process just now. Between its fork and its exec that process still holds
 * the executable open for writing. This passes, so the run is tried again.
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

static void serve(const struct supervisor *supervisor) {
  size_t length;
  for (char *frame; (frame = receive_frame(&length));) {
    struct request request;
    struct channel channels[CHANNELS] = {{.fd = -1}, {.fd = -1}, {.fd = -1}};
    channels[ERR].keep_at_most = KEPT_STDERR_BYTES;
    channels[ERR].stop_above = MAX_STDERR_BYTES;
    struct result result;
    if (parse_request(frame, length, &request)) {
      limit_channels(channels, &request.limits);
      result = run(supervisor, &request, channels);
    } else {
      result = failed(&channels[ERR], "malformed request");
    }
    respond(&result, channels);
    release_channels(channels);
    free(request.argv);
    free(request.environment);
    free(frame);
  }
}

int main(int argc, char **argv) {
  struct supervisor supervisor = {.rung = argc == 2 ? find_rung(argv[1]) : NULL, .pid = getpid()};
  if (!supervisor.rung) {
    fputs("usage: supervise " RUNG_NAMES "\n", stderr);
    return 2;
  }
  supervisor.landlock_abi = landlock_abi();
  supervisor.has_filter = has_seccomp();
  if (!fences_hold(supervisor.rung, supervisor.landlock_abi, supervisor.has_filter)) {
    fputs("supervise: this kernel lacks what is needed (Landlock, seccomp filters)\n", stderr);
    return 1;
  }

  signal(SIGPIPE, SIG_IGN);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  /* A unit, which has the same user, may not look into this process even where there is no Landlock. */
  prctl(PR_SET_DUMPABLE, 0);
  if (!fill_low_descriptors(FIRST_OWN_FD)) die("standard input");

  supervisor.shared = mmap(NULL, sizeof *supervisor.shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (supervisor.shared == MAP_FAILED) die("mmap");
  say_hello(PROTOCOL_VERSION, supervisor.landlock_abi, supervisor.has_filter);
  serve(&supervisor);
  return 0;
}
