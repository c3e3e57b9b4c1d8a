/*
 * judge-box serve: runs programs of any language, each answer in a box of its own, and reports on each run.
 * judge-box keep MEMORY_BYTES PROGRAM [ARGUMENT...]: becomes PROGRAM, confined; for compilers that stay.
 *
 * In: frames on standard input, as ../runner/protocol.h has them, each beginning with a u32:
 *   1 prepare  u64 bytes of the box | u32 count | count times (bytes path | u32 mode | bytes content)
 *   2 run      the body of a request there; FLAG_WRITABLE_BOX lets the program write to the box, as compilers do
 * Out: a hello, then a response to each frame. Around it is bubblewrap (src/judge/box-command.ts), which has left it
 * CAP_SYS_ADMIN in a user namespace of its own.
 *
 * The box is a file system in memory at /box, emptied by `prepare`. A run gets PID, mount and IPC namespaces of its
 * own, an empty /tmp in memory, descriptors 0 to 4 as in supervise.c (but 0 has a name), no capability, and a filter of
 * system calls. It may start processes; all of them are gone before the answer leaves, as the kernel ends a PID
 * namespace whole.
 *
 * Not guaranteed: limits on CPU time and memory of all processes together between two looks at them (`POLL_MS`). The
 * limit on the wall clock is stretched while the run wants a core and has none.
 * Each process for itself is bounded by the kernel at any time.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#include "../runner/protocol.h"
#include "../runner/run-files.h"
#include "deny-filter.h"

#define BOX_PROTOCOL_VERSION 1u
#define FLAG_WRITABLE_BOX 4u
#define OP_PREPARE 1u
#define OP_RUN 2u

#define POLL_MS 5
/* So many times the wall clock's limit ends a run even if it only ever waited for a core. */
#define MOST_PATIENCE 10u
#define MAX_OPEN_FILES 256
/* Java wants 16, Go and Node 8; counted for this sandbox alone. */
#define MAX_PROCESSES 96
#define MAX_FILE_BYTES (64u << 20)
#define MAX_BUILT_FILE_BYTES (256u << 20)
#define BOX "/box"
/* A file system for standard input: a file with a name, since some programs open /dev/stdin by what it stands for. */
#define INPUT "/input"
#define INPUT_FILE INPUT "/stdin"

/* What a run's processes share with this one until they execute. */
struct shared {
  volatile int failed_step, error;
  /* Of the program: set when it has ended by itself, before the rest of its namespace is ended. */
  volatile bool ended;
  volatile int status;
};

enum step {
  STEP_NONE,
  STEP_PARENT,
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
    [STEP_PARENT] = "find its parent",
    [STEP_MOUNTS] = "mount its file systems",
    [STEP_FORK] = "start its process",
    [STEP_FILES] = "arrange its descriptors",
    [STEP_FOLDER] = "enter its folder",
    [STEP_LIMITS] = "set its limits",
    [STEP_PRIVILEGES] = "give up privileges",
    [STEP_FILTER] = "filter its system calls",
    [STEP_EXECUTE] = "execute it",
};

/* ---- between fork and exec: system calls only ---- */

static _Noreturn void fail(struct shared *shared, enum step step) {
  shared->error = errno;
  shared->failed_step = step;
  _exit(127);
}

static bool drop_privileges(void) {
  struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  struct __user_cap_data_struct none[2] = {{0}};
  return prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) == 0 && syscall(SYS_capset, &header, none) == 0 &&
         prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
}

static bool filter_calls(void) {
  struct filter_program filter;
  build_deny_filter(&filter);
  return install_filter(&filter) == 0;
}

static bool mount_temporary(const char *path, const char *options) {
  return mount("tmpfs", path, "tmpfs", MS_NOSUID | MS_NODEV, options) == 0;
}

static bool make_read_only(const char *path) {
  return mount(NULL, path, NULL, MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV, NULL) == 0;
}

/* Seen by this run alone, and gone with it. */
static bool mount_own_files(bool writable_box) {
  return mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
         mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) == 0 &&
         mount_temporary("/tmp", "size=64M,nr_inodes=4096,mode=0700") &&
         mount_temporary("/dev/shm", "size=16M,nr_inodes=256,mode=0700") && make_read_only(INPUT) &&
         (writable_box || make_read_only(BOX));
}

static bool set_limits(const struct limits *limits, bool writable_box) {
  rlim_t cpu_seconds = limits->cpu_ms / 1000 + 2;
  rlim_t file_bytes = writable_box ? MAX_BUILT_FILE_BYTES : MAX_FILE_BYTES;
  return limit(RLIMIT_CPU, cpu_seconds, cpu_seconds + 1) && limit(RLIMIT_FSIZE, file_bytes, file_bytes) &&
         limit(RLIMIT_CORE, 0, 0) && limit(RLIMIT_NPROC, MAX_PROCESSES, MAX_PROCESSES) && limit(RLIMIT_MEMLOCK, 0, 0) &&
         limit(RLIMIT_NOFILE, MAX_OPEN_FILES, MAX_OPEN_FILES) &&
         (!limits->data_bytes || limit(RLIMIT_DATA, limits->data_bytes, limits->data_bytes)) &&
         (!limits->stack_bytes || limit(RLIMIT_STACK, limits->stack_bytes, limits->stack_bytes));
}

static _Noreturn void become_program(struct shared *shared, const struct request *request,
                                     const struct child_files *files) {
  bool writable_box = request->flags & FLAG_WRITABLE_BOX;
  setsid();
  reset_signals();
  if (!arrange_files(files)) fail(shared, STEP_FILES);
  if (chdir(writable_box ? BOX : "/tmp") < 0) fail(shared, STEP_FOLDER);
  if (!set_limits(&request->limits, writable_box)) fail(shared, STEP_LIMITS);
  if (!drop_privileges()) fail(shared, STEP_PRIVILEGES);
  if (!filter_calls()) fail(shared, STEP_FILTER);
  execve(request->path, request->argv, request->environment);
  fail(shared, STEP_EXECUTE);
}

/* The first process of a run's PID namespace: its end is the end of all. Signals from inside do not reach it. */
static _Noreturn void hold_namespace(struct shared *shared, const struct request *request,
                                     const struct child_files *files) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  /* Of another namespace, and so 0; 1 would be this namespace's own. */
  if (getppid() != 0) fail(shared, STEP_PARENT);
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

/* ---- in the runner ---- */

/* What the processes of a run take, as of now. */
struct usage {
  uint64_t cpu_us, largest_bytes, all_bytes;
};

static void add_process(struct usage *usage, long pid) {
  char path[64], text[1024];
  snprintf(path, sizeof path, "/proc/%ld/stat", pid);
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return;
  ssize_t length = read(fd, text, sizeof text - 1);
  close(fd);
  if (length <= 0) return;
  text[length] = '\0';
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

/* Of all processes but bubblewrap's first and this one: those are the run's. */
static struct usage look_at_processes(void) {
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

/* What the threads of a run have to do with there being too few cores. */
struct waiting {
  /* One of them could run now, or does. */
  bool wants_core;
  /* The longest time that one of them could run and did not, as far as it has run since. */
  uint64_t longest_us;
};

/* Reads a small file of a thread; false where the thread is gone. */
static bool read_of_thread(const char *process, const char *thread, const char *name, char *text, size_t size) {
  char path[600];
  snprintf(path, sizeof path, "/proc/%s/task/%s/%s", process, thread, name);
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return false;
  ssize_t length = read(fd, text, size - 1);
  close(fd);
  if (length <= 0) return false;
  text[length] = '\0';
  return true;
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

static struct waiting look_at_threads(void) {
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

/* A busy machine is not taken for a program that waits: what wants a core is bounded by its CPU time. */
static bool is_out_of_time(const struct limits *limits, uint64_t started_us) {
  uint64_t wall_us = now_us(CLOCK_MONOTONIC) - started_us, limit_us = limits->wall_ms * 1000;
  if (wall_us <= limit_us) return false;
  if (wall_us > MOST_PATIENCE * limit_us) return true;
  struct waiting waiting = look_at_threads();
  return !waiting.wants_core && wall_us > limit_us + waiting.longest_us;
}

static enum response_kind check_limits(const struct limits *limits, const struct channel *channels,
                                       uint64_t started_us) {
  if (is_over(&channels[OUT]) || is_over(&channels[RECORD])) return KIND_OUTPUT_LIMIT;
  if (is_out_of_time(limits, started_us)) return KIND_WALL_TIMEOUT;
  struct usage usage = look_at_processes();
  if (usage.cpu_us > limits->cpu_ms * 1000) return KIND_CPU_TIMEOUT;
  /* Pages that processes share are counted for each: hence the factor for all of them together. */
  if (limits->memory_bytes &&
      (usage.largest_bytes > limits->memory_bytes || usage.all_bytes > 2 * limits->memory_bytes))
    return KIND_MEMORY_LIMIT;
  return KIND_EXITED;
}

/* Reads along until no process of the run is left; says which limit ended it, KIND_EXITED if none. */
static enum response_kind watch_run(const struct request *request, struct channel *channels, pid_t first, int pidfd,
                                    uint64_t started_us) {
  enum response_kind stopped = KIND_EXITED;
  uint64_t next_look_us = started_us + POLL_MS * 1000;
  for (;;) {
    struct pollfd polled[CHANNELS + 1];
    for (int i = 0; i < CHANNELS; i++)
      polled[i] = (struct pollfd){is_over(&channels[i]) ? -1 : channels[i].fd, POLLIN, 0};
    polled[CHANNELS] = (struct pollfd){pidfd, POLLIN, 0};
    struct timespec timeout = {0, POLL_MS * 1000000};
    if (ppoll(polled, CHANNELS + 1, &timeout, NULL) < 0 && errno != EINTR) die("poll");
    for (int i = 0; i < CHANNELS; i++)
      if (polled[i].revents) drain(&channels[i]);
    if (polled[CHANNELS].revents) return stopped;
    uint64_t now = now_us(CLOCK_MONOTONIC);
    if (stopped != KIND_EXITED || (now < next_look_us && !is_over(&channels[OUT]) && !is_over(&channels[RECORD])))
      continue;
    stopped = check_limits(&request->limits, channels, started_us);
    if (stopped != KIND_EXITED) kill(first, SIGKILL);
    next_look_us = now + POLL_MS * 1000;
  }
}

static struct result describe(const struct request *request, const struct shared *shared,
                              const struct channel *channels, enum response_kind stopped, const struct rusage *usage,
                              uint64_t wall_us) {
  const struct limits *limits = &request->limits;
  int status = shared->status, signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  struct result result = {
      .kind = stopped,
      .cpu_us = timeval_us(usage->ru_utime) + timeval_us(usage->ru_stime),
      .wall_us = wall_us,
      .max_rss_bytes = (uint64_t)usage->ru_maxrss * 1024,
  };
  if (stopped != KIND_EXITED) return result;
  /* Limits are applied to the final figures too, so that it does not matter when they were looked at. */
  if (is_over(&channels[OUT]) || is_over(&channels[RECORD])) {
    result.kind = KIND_OUTPUT_LIMIT;
  } else if (signal == SIGXCPU || result.cpu_us > limits->cpu_ms * 1000) {
    result.kind = KIND_CPU_TIMEOUT;
  } else if (limits->memory_bytes && result.max_rss_bytes > limits->memory_bytes) {
    result.kind = KIND_MEMORY_LIMIT;
  } else if (signal == SIGSYS) {
    result.kind = KIND_FORBIDDEN_SYSCALL;
  } else if (signal) {
    result.kind = KIND_SIGNALED;
    result.code = (uint32_t)signal;
  } else {
    result.code = (uint32_t)WEXITSTATUS(status);
  }
  return result;
}

static bool write_file(const char *path, struct bytes content, uint32_t mode) {
  int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
  if (fd < 0) return false;
  size_t done = 0;
  while (done < content.length) {
    ssize_t written = write(fd, content.data + done, content.length - done);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) break;
    done += (size_t)written;
  }
  return close(fd) == 0 && done == content.length;
}

static bool open_files(const struct request *request, struct channel *channels, struct child_files *files) {
  *files = (struct child_files){-1, -1, -1, -1, -1};
  if (unlink(INPUT_FILE) < 0 && errno != ENOENT) return false;
  return write_file(INPUT_FILE, request->input, 0444) && (files->input = open(INPUT_FILE, O_RDONLY | O_CLOEXEC)) >= 0 &&
         open_other_files(request, channels, files);
}

static struct result run(struct shared *shared, const struct request *request, struct channel *channels) {
  struct child_files files;
  *shared = (struct shared){0};
  if (!open_files(request, channels, &files)) {
    int error = errno;
    close_child_files(&files);
    return failed(&channels[ERR], "cannot open the run's files: %s", strerror(error));
  }
  uint64_t started_us = now_us(CLOCK_MONOTONIC);
  const unsigned long flags = CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWIPC | SIGCHLD;
  pid_t first = (pid_t)syscall(__NR_clone, flags, NULL, NULL, NULL, NULL);
  if (first == 0) hold_namespace(shared, request, &files);
  int clone_error = errno;
  close_child_files(&files);
  if (first < 0) return failed(&channels[ERR], "cannot make namespaces: %s", strerror(clone_error));

  int pidfd = (int)syscall(__NR_pidfd_open, first, 0);
  if (pidfd < 0) die("pidfd_open");
  enum response_kind stopped = watch_run(request, channels, first, pidfd, started_us);
  struct rusage usage;
  int status;
  if (wait4(first, &status, 0, &usage) != first) die("wait4");
  uint64_t wall_us = now_us(CLOCK_MONOTONIC) - started_us;
  close(pidfd);
  /* Nobody writes any more, so what is left comes to an end. */
  for (int i = 0; i < CHANNELS; i++)
    while (channels[i].fd >= 0 && !is_over(&channels[i])) drain(&channels[i]);
  if (shared->failed_step != STEP_NONE)
    return failed(&channels[ERR], "cannot run %s: could not %s: %s", request->path, step_names[shared->failed_step],
                  strerror(shared->error));
  if (stopped == KIND_EXITED && !shared->ended)
    return failed(&channels[ERR], "the run of %s was ended from outside", request->path);
  return describe(request, shared, channels, stopped, &usage, wall_us);
}

static struct result serve_run(struct shared *shared, char *frame, size_t length, struct channel *channels) {
  struct request request;
  struct result result;
  if (parse_request(frame, length, &request)) {
    channels[OUT].keep_at_most = channels[OUT].stop_above = request.limits.output_bytes;
    channels[RECORD].keep_at_most = channels[RECORD].stop_above = request.limits.record_bytes;
    result = run(shared, &request, channels);
  } else {
    result = failed(&channels[ERR], "malformed request");
  }
  free(request.argv);
  free(request.environment);
  return result;
}

/* Makes the folders that `path`, beneath the box, lies in. */
static bool make_folders(char *path) {
  for (char *slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/')) {
    *slash = '\0';
    bool made = mkdir(path, 0755) == 0 || errno == EEXIST;
    *slash = '/';
    if (!made) return false;
  }
  return true;
}

/* An empty box with the files of the frame, whose paths the host has checked. */
static struct result prepare(struct reader *reader, struct channel *error) {
  char options[96];
  uint64_t box_bytes = read_u64(reader);
  uint32_t count = read_u32(reader);
  snprintf(options, sizeof options, "size=%llu,nr_inodes=16384,mode=0755", (unsigned long long)box_bytes);
  if (chdir("/") < 0) die("/");
  while (umount2(BOX, MNT_DETACH) == 0) continue;
  if (!mount_temporary(BOX, options)) return failed(error, "cannot mount the box: %s", strerror(errno));
  if (chdir(BOX) < 0) die(BOX);
  for (uint32_t i = 0; i < count; i++) {
    char *path = read_string(reader);
    uint32_t mode = read_u32(reader);
    struct bytes content = read_bytes(reader);
    if (!reader->ok) return failed(error, "malformed request");
    if (!make_folders(path) || !write_file(path, content, mode))
      return failed(error, "cannot write %s: %s", path, strerror(errno));
  }
  if (chdir("/") < 0) die("/");
  return (struct result){.kind = KIND_EXITED};
}

static void serve(struct shared *shared) {
  for (char header[4]; read_fully(STDIN_FILENO, header, sizeof header);) {
    struct reader head = {header, header + sizeof header, true};
    size_t length = read_u32(&head);
    if (length > MAX_FRAME_BYTES) die("request too large");
    /* One byte more: the last string's end may lie there when the frame is malformed. */
    char *frame = malloc(length + 1);
    if (!frame) die("request buffer");
    if (!read_fully(STDIN_FILENO, frame, length)) exit(0);

    struct channel channels[CHANNELS] = {{.fd = -1}, {.fd = -1}, {.fd = -1}};
    channels[ERR].keep_at_most = KEPT_STDERR_BYTES;
    /* What is written beyond is thrown away: much of it does not make an answer wrong. */
    channels[ERR].stop_above = UINT64_MAX;
    struct reader reader = {frame, frame + length, true};
    struct result result;
    uint32_t op = read_u32(&reader);
    if (op == OP_PREPARE) result = prepare(&reader, &channels[ERR]);
    else if (op == OP_RUN) result = serve_run(shared, reader.at, (size_t)(reader.end - reader.at), channels);
    else result = failed(&channels[ERR], "malformed request");
    respond(&result, channels);
    for (int i = 0; i < CHANNELS; i++) {
      close_fd(&channels[i].fd);
      free(channels[i].data);
    }
    free(frame);
  }
}

static void say_hello(void) {
  char frame[16], *at = frame;
  at = write_uint(at, sizeof frame - 4, 4);
  at = write_uint(at, BOX_PROTOCOL_VERSION, 4);
  at = write_uint(at, 0, 4);
  write_uint(at, has_seccomp(), 4);
  write_fully(STDOUT_FILENO, frame, sizeof frame);
}

/* bubblewrap's mounts belong to a user namespace around this one: copies of them are this process's to add to. */
static void own_mounts(void) {
  if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0) die("mount namespace");
}

/* Becomes a program that reads untrusted text but never runs it. */
static int keep_program(uint64_t memory_bytes, char **argv) {
  static const char *const environment[] = {"PATH=/usr/bin:/bin", "HOME=/tmp", "LANG=C.UTF-8", NULL};
  own_mounts();
  if (!mount_temporary("/tmp", "size=64M,nr_inodes=4096,mode=0700")) die("/tmp");
  if (!limit(RLIMIT_FSIZE, MAX_FILE_BYTES, MAX_FILE_BYTES) || !limit(RLIMIT_CORE, 0, 0) ||
      !limit(RLIMIT_NPROC, MAX_PROCESSES, MAX_PROCESSES) || !limit(RLIMIT_DATA, memory_bytes, memory_bytes))
    die("limits");
  if (!drop_privileges() || !filter_calls()) die("privileges");
  execve(argv[0], argv, (char *const *)environment);
  die(argv[0]);
}

int main(int argc, char **argv) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (argc >= 4 && strcmp(argv[1], "keep") == 0) return keep_program(strtoull(argv[2], NULL, 10), argv + 3);
  if (argc != 2 || strcmp(argv[1], "serve") != 0) {
    fputs("usage: judge-box serve | judge-box keep MEMORY_BYTES PROGRAM [ARGUMENT...]\n", stderr);
    return 2;
  }
  if (!has_seccomp()) {
    fputs("judge-box: this kernel has no seccomp filters\n", stderr);
    return 1;
  }
  signal(SIGPIPE, SIG_IGN);
  /* A program, which has the same user, may not look into this process. */
  prctl(PR_SET_DUMPABLE, 0);
  /* Fills the low numbers, so that no descriptor made later is overwritten while a child arranges its own. */
  for (int fd = 0; fd < 9;)
    if ((fd = dup(STDIN_FILENO)) < 0) die("standard input");
  struct shared *shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (shared == MAP_FAILED) die("mmap");
  own_mounts();
  if (!mount_temporary(INPUT, "nr_inodes=16,mode=0755")) die(INPUT);
  say_hello();
  serve(shared);
  return 0;
}
