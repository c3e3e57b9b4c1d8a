#define _GNU_SOURCE
#include "run-program.h"

#include <sched.h>
#include <sys/prctl.h>

#include "box-files.h"
#include "confine.h"
#include "look-at-run.h"

/* A run is ended after this many times its limit on the wall clock, even if it only ever waited for a core. */
#define MOST_PATIENCE 100u

struct shared {
  volatile int failed_step, error;
  /* The program has ended by itself; only then is the rest of its namespace ended. */
  volatile bool ended;
  volatile int status;
};

enum step {
  STEP_NONE,
  STEP_PARENT,
  STEP_CGROUP,
  STEP_MOUNTS,
  STEP_FORK,
  STEP_FILES,
  STEP_FOLDER,
  STEP_LIMITS,
  STEP_PRIVILEGES,
  STEP_FILTER,
  STEP_EXECUTE,
};

static const char *const step_names[] = {
    [STEP_PARENT] = "find its parent",         [STEP_CGROUP] = "join its cgroup",
    [STEP_MOUNTS] = "mount its file systems",  [STEP_FORK] = "start its process",
    [STEP_FILES] = "arrange its descriptors",  [STEP_FOLDER] = "enter its folder",
    [STEP_LIMITS] = "set its limits",          [STEP_PRIVILEGES] = "give up privileges",
    [STEP_FILTER] = "filter its system calls", [STEP_EXECUTE] = "execute it",
};

struct shared *share_memory(void) {
  void *memory = mmap(NULL, sizeof(struct shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  return memory == MAP_FAILED ? NULL : memory;
}

/* ---- between fork and exec: system calls only ---- */

static _Noreturn void fail(struct shared *shared, enum step step) {
  shared->error = errno;
  shared->failed_step = step;
  _exit(127);
}

static _Noreturn void become_program(struct shared *shared, const struct request *request,
                                     const struct child_files *files) {
  bool writable_box = request->flags & FLAG_WRITABLE_BOX;
  setsid();
  reset_signals();
  if (!arrange_files(files)) fail(shared, STEP_FILES);
  if (chdir(writable_box ? BOX : "/tmp") < 0) fail(shared, STEP_FOLDER);
  if (!limit_program(&request->limits, writable_box)) fail(shared, STEP_LIMITS);
  if (!drop_privileges()) fail(shared, STEP_PRIVILEGES);
  if (!filter_calls(request->flags & FLAG_ONE_PROCESS)) fail(shared, STEP_FILTER);
  execve(request->path, request->argv, request->environment);
  fail(shared, STEP_EXECUTE);
}

/* The first process of a run's PID namespace. When it ends, all of them end. Signals from inside do not reach it. */
static _Noreturn void hold_namespace(struct shared *shared, const struct cgroup *cgroup, const struct request *request,
                                     const struct child_files *files) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  /* The parent is in another namespace and shows as 0. It would show as 1 if it had died. */
  if (getppid() != 0) fail(shared, STEP_PARENT);
  if (!join_cgroup(cgroup)) fail(shared, STEP_CGROUP);
  if (!mount_own_files(request->flags & FLAG_WRITABLE_BOX)) fail(shared, STEP_MOUNTS);
  pid_t program = fork();
  if (program < 0) fail(shared, STEP_FORK);
  if (program == 0) become_program(shared, request, files);
  /* Its copies of the pipes would keep them open. */
  syscall(__NR_close_range, 0, ~0u, 0);
  drop_privileges();
  for (;;) {
    int status;
    pid_t ended = waitpid(-1, &status, 0);
    if (ended < 0 && errno != EINTR) _exit(127);
    if (ended != program) continue;
    shared->status = status;
    shared->ended = true;
    _exit(0);
  }
}

/* ---- in the judge box ---- */

/* What is known of a run while it goes on. */
struct watch {
  const struct limits *limits;
  const struct channel *channels;
  const struct cgroup *cgroup;
  uint64_t started_us;
  struct account account;
};

/*
 * The wall clock counts while no thread of the run has or wants a core, so that a busy machine is not taken for a program
 * that waits. What wants a core is bounded by its CPU time.
 */
static uint64_t waited_us(const struct watch *watch, uint64_t now) {
  const uint64_t most_us = MOST_PATIENCE * watch->limits->wall_ms * 1000;
  return now - watch->started_us > most_us ? UINT64_MAX : watch->account.idle_us;
}

static struct used used_so_far(struct watch *watch, uint64_t now) {
  look_at_run(&watch->account, now);
  const uint64_t cpu_us = watch->cgroup->exists ? cgroup_cpu_us(watch->cgroup) : watch->account.cpu_us;
  return (struct used){
      .too_much_output = any_is_over(watch->channels),
      .cpu_us = cpu_us,
      .wall_us = waited_us(watch, now),
      .memory_bytes = ran_out_of_memory(watch->cgroup) ? UINT64_MAX : memory_of_run(&watch->account),
  };
}

/* Reads along until no process of the run is left. Says which limit ended it, KIND_EXITED if none. */
static enum response_kind watch_run(struct watch *watch, struct channel *channels, pid_t first, int pidfd) {
  enum response_kind stopped = KIND_EXITED;
  uint64_t next_look_us = watch->started_us + POLL_MS * 1000;
  while (!read_along(channels, pidfd, POLL_MS * 1000)) {
    const uint64_t now = now_us(CLOCK_MONOTONIC);
    if (stopped != KIND_EXITED || (now < next_look_us && !any_is_over(channels))) continue;
    const struct used used = used_so_far(watch, now);
    stopped = exceeded_limit(watch->limits, &used);
    if (stopped != KIND_EXITED) kill(first, SIGKILL);
    next_look_us = now_us(CLOCK_MONOTONIC) + POLL_MS * 1000;
  }
  return stopped;
}

static struct result describe(const struct watch *watch, const struct shared *shared, enum response_kind stopped,
                              const struct rusage *usage, uint64_t wall_us) {
  const uint64_t seen_us = watch->cgroup->exists ? cgroup_cpu_us(watch->cgroup) : watch->account.cpu_us;
  const uint64_t waited_for_us = used_cpu_us(usage), largest_bytes = (uint64_t)usage->ru_maxrss * 1024;
  const struct used used = {
      .too_much_output = any_is_over(watch->channels),
      .cpu_us = seen_us > waited_for_us ? seen_us : waited_for_us,
      .memory_bytes = ran_out_of_memory(watch->cgroup) ? UINT64_MAX : largest_bytes,
  };
  const struct run_end end = stopped == KIND_EXITED ? name_end(watch->limits, &used, shared->status)
                                                    : (struct run_end){stopped, 0};
  return (struct result){end.kind, end.code, used.cpu_us, wall_us, largest_bytes};
}

/* Puts a pipe with all of it in the place of the file. */
static bool pour_args(const struct bytes *args, int *file) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) < 0) return false;
  close_fd(file);
  *file = ends[0];
  bool fits = (args->length <= 65536 || fcntl(ends[1], F_SETPIPE_SZ, (int)args->length) >= 0) &&
              write(ends[1], args->data, args->length) == (ssize_t)args->length;
  close(ends[1]);
  return fits;
}

/* Standard input has a name; all else is as in the supervisor. */
static bool open_files(const struct request *request, struct channel *channels, struct child_files *files) {
  *files = (struct child_files){-1, -1, -1, -1, -1};
  if (unlink(INPUT_FILE) < 0 && errno != ENOENT) return false;
  return write_file(INPUT_FILE, request->input, 0444) && (files->input = open(INPUT_FILE, O_RDONLY | O_CLOEXEC)) >= 0 &&
         open_other_files(request, channels, files) &&
         (!(request->flags & FLAG_ARGS_ONCE) || pour_args(&request->args, &files->args));
}

struct result run_program(struct shared *shared, struct cgroup *cgroup, const struct request *request,
                          struct channel *channels) {
  struct child_files files;
  *shared = (struct shared){0};
  if (!open_files(request, channels, &files)) {
    int error = errno;
    close_child_files(&files);
    return failed(&channels[ERR], "cannot open the run's files: %s", strerror(error));
  }
  if (!begin_run(cgroup, &request->limits)) {
    int error = errno;
    close_child_files(&files);
    return failed(&channels[ERR], "cannot set the limit of the cgroup: %s", strerror(error));
  }
  const uint64_t started_us = now_us(CLOCK_MONOTONIC);
  struct watch watch = {&request->limits, channels, cgroup, started_us, {.last_look_us = started_us}};
  const unsigned long flags = CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWIPC | SIGCHLD;
  pid_t first = (pid_t)syscall(__NR_clone, flags, NULL, NULL, NULL, NULL);
  if (first == 0) hold_namespace(shared, cgroup, request, &files);
  int clone_error = errno;
  close_child_files(&files);
  if (first < 0) return failed(&channels[ERR], "cannot make namespaces: %s", strerror(clone_error));

  int pidfd = (int)syscall(__NR_pidfd_open, first, 0);
  if (pidfd < 0) die("pidfd_open");
  enum response_kind stopped = watch_run(&watch, channels, first, pidfd);
  struct rusage usage;
  int status;
  if (wait4(first, &status, 0, &usage) != first) die("wait4");
  uint64_t wall_us = now_us(CLOCK_MONOTONIC) - started_us;
  close(pidfd);
  /* Nobody writes any more, so the pipes come to an end. */
  for (int i = 0; i < CHANNELS; i++)
    while (channels[i].fd >= 0 && !is_over(&channels[i])) drain(&channels[i]);
  /* What an answer was compiled to is its own doing. */
  if (shared->failed_step == STEP_EXECUTE && strncmp(request->path, BOX "/", strlen(BOX "/")) == 0) {
    failed(&channels[ERR], "%s cannot be executed: %s", request->path, strerror(shared->error));
    return (struct result){.kind = KIND_EXITED, .code = 126};
  }
  if (shared->failed_step != STEP_NONE)
    return failed(&channels[ERR], "cannot run %s: could not %s: %s", request->path, step_names[shared->failed_step],
                  strerror(shared->error));
  /* The kernel may have chosen the first process to end for lack of memory. */
  if (stopped == KIND_EXITED && !shared->ended && !ran_out_of_memory(cgroup))
    return failed(&channels[ERR], "the run of %s was ended from outside", request->path);
  return describe(&watch, shared, stopped, &usage, wall_us);
}
