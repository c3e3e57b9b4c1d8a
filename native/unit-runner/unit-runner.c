/*
 * unit-runner RUNG FILL: loads units from objects and runs them on many inputs, in processes of its own; messages.h
 * has the messages. Built three times: as it is, with ASan and UBSan, with MSan.
 *
 * In: requests on standard input. Out: responses on standard output. RUNG is what surrounds it, as for the
 * supervisor. FILL is the byte that a sanitizer's allocator fills memory with, fixed when its process starts.
 *
 * A unit never runs in this process: each child loads the objects anew, at addresses of its own, under the limits
 * and filters that the supervisor gives a unit. Inputs that share a child find the memory of unit and C library as
 * it was before the first; a fault costs the input that has it alone, and an input that a limit or a filter ended the
 * child in gets a new child, if it was not the first. The parent judges by what the kernel says of the child and by
 * the size of its output; a child's own word is believed for the exit status and CPU time of inputs that it finished.
 *
 * Not guaranteed: that a unit with undefined behaviour, run on several inputs in one child, gives what it would give
 * in a child of its own (RUN_ISOLATED does).
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <malloc.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../runner/file-access.h"
#include "../runner/system-call-filter.h"
#include "image.h"
#include "library-state.h"
#include "outside-symbols.h"
#include "messages.h"
#include "raw-memory.h"
#include "unit-stack.h"

#define STACK_BYTES (64u << 20)
#define MOST_FRAME_BYTES (1u << 30)
#define MOST_KEPT_OBJECTS 4096
/* Inputs for one child: where one takes too much memory, all of its child are run again. */
#define MOST_SHARED_INPUTS 512
#define KEPT_STDERR_BYTES (16u << 10)
#define MAX_STDERR_BYTES (1u << 20)
#define POLL_MS 5
/* A unit's too: children inherit them. */
#define MOST_OPEN_FILES 64
/* Frames above this size give their memory back. */
#define KEPT_FRAME_BYTES (16u << 20)
#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 8u
#endif

#define STARTED "GEPO_UNIT_RUNNER_STARTED"

__attribute__((weak)) void __asan_poison_memory_region(const volatile void *, size_t);
__attribute__((weak)) void __msan_unpoison(const volatile void *, size_t);

static _Noreturn void die(const char *what) {
  dprintf(STDERR_FILENO, "unit-runner: %s: %s\n", what, strerror(errno));
  _exit(1);
}

static uint64_t now_us(clockid_t clock) {
  struct timespec time;
  if (clock_gettime(clock, &time) < 0) return 0;
  return (uint64_t)time.tv_sec * 1000000 + (uint64_t)time.tv_nsec / 1000;
}

/* ---- memory: never the heap, which a child must find unused ---------------------------------------------- */

/* The request's frame: written by this process through one mapping, which children do not inherit, and read through
 * another that cannot be made writable. */
static struct {
  int fd;
  char *writable, *readable;
} frame;

static int memory_file(const char *name) {
  int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_NOEXEC_SEAL);
  if (fd < 0 && errno == EINVAL) fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (fd < 0) die("memfd_create");
  return fd;
}

static void open_frame(void) {
  frame.fd = memory_file("frame");
  if (ftruncate(frame.fd, MOST_FRAME_BYTES) < 0) die("ftruncate");
  frame.writable = map_memory(NULL, MOST_FRAME_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, frame.fd, 0);
  if (frame.writable == MAP_FAILED || madvise(frame.writable, MOST_FRAME_BYTES, MADV_DONTFORK) < 0) die("mmap");
  if (fcntl(frame.fd, F_ADD_SEALS, F_SEAL_FUTURE_WRITE | F_SEAL_GROW) < 0) die("sealing");
  frame.readable = map_memory(NULL, MOST_FRAME_BYTES, PROT_READ, MAP_SHARED, frame.fd, 0);
  if (frame.readable == MAP_FAILED) die("mmap");
}

/* Sealed as it is, the file gives no memory back for as long as it exists. */
static void close_frame(void) {
  if (unmap_memory(frame.writable, MOST_FRAME_BYTES) < 0 || unmap_memory(frame.readable, MOST_FRAME_BYTES) < 0 ||
      close(frame.fd) < 0)
    die("closing the frame");
}

/* The response, collected; its memory is this process's alone. */
static struct {
  char *data;
  size_t length;
} answer;

static void open_answer(void) {
  answer.data =
      map_memory(NULL, MOST_FRAME_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (answer.data == MAP_FAILED || madvise(answer.data, MOST_FRAME_BYTES, MADV_DONTFORK) < 0) die("mmap");
}

static void empty_answer(void) {
  if (answer.length > KEPT_FRAME_BYTES) madvise(answer.data, MOST_FRAME_BYTES, MADV_DONTNEED);
  answer.length = 4;
}

static void put_uint(uint64_t value, size_t width) {
  if (MOST_FRAME_BYTES - answer.length < width) die("an answer too large");
  write_uint(answer.data + answer.length, value, width);
  answer.length += width;
}

static void put_bytes(const char *data, size_t length) {
  put_uint(length, 4);
  if (MOST_FRAME_BYTES - answer.length < length) die("an answer too large");
  copy_raw((unsigned char *)answer.data + answer.length, (const unsigned char *)data, length);
  answer.length += length;
}

/* ---- objects -------------------------------------------------------------------------------------------- */

struct kept_object {
  uint32_t id;
  /* The kernel ended a child that several inputs shared for what this object's unit asked for. */
  bool needs_isolation;
  char *data;
  uint32_t length;
};

static struct kept_object kept_objects[MOST_KEPT_OBJECTS];

static struct kept_object *find_object(uint32_t id) {
  /* Ids count up, so their own places are rarely taken; a gap is no end, for objects are forgotten. */
  for (size_t i = 0; i < MOST_KEPT_OBJECTS; i++) {
    struct kept_object *object = &kept_objects[(id + i) % MOST_KEPT_OBJECTS];
    if (object->data && object->id == id) return object;
  }
  return NULL;
}

static void forget_object(uint32_t id) {
  struct kept_object *object = find_object(id);
  if (!object) return;
  unmap_memory(object->data, object->length);
  *object = (struct kept_object){0};
}

static bool write_fully(int fd, const char *data, size_t length) {
  for (size_t done = 0; done < length;) {
    ssize_t count = syscall(__NR_write, fd, data + done, length - done);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    done += (size_t)count;
  }
  return true;
}

/* A file in memory with this content that nobody can write any more. */
static int sealed_file(struct bytes content) {
  int fd = memory_file("content");
  if (!write_fully(fd, content.data, content.length) ||
      fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL) < 0)
    die("writing a file in memory");
  return fd;
}

static bool keep_object(uint32_t id, struct bytes content) {
  forget_object(id);
  if (content.length == 0) return false;
  for (size_t i = 0; i < MOST_KEPT_OBJECTS; i++) {
    struct kept_object *object = &kept_objects[(id + i) % MOST_KEPT_OBJECTS];
    if (object->data) continue;
    int fd = sealed_file(content);
    void *data = map_memory(NULL, content.length, PROT_READ, MAP_SHARED, fd, 0);
    close(fd);
    if (data == MAP_FAILED) return false;
    *object = (struct kept_object){id, false, data, content.length};
    note_outside_symbols((struct bytes){data, content.length});
    return true;
  }
  return false;
}

/* ---- input files ---------------------------------------------------------------------------------------- */

/* One file serves all inputs. It is written through this mapping alone: to a unit it looks like the sealed file that
 * the supervisor gives. */
static char *open_input_file(int number) {
  int fd = memory_file("input");
  char *content = map_memory(NULL, MOST_FRAME_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (content == MAP_FAILED) die("mmap");
  if (fcntl(fd, F_ADD_SEALS, F_SEAL_FUTURE_WRITE | F_SEAL_SEAL) < 0) die("sealing");
  if (dup3(fd, number, O_CLOEXEC) < 0) die("dup3");
  close(fd);
  return content;
}

/* ---- output files --------------------------------------------------------------------------------------- */

enum { OUT, ERR, RECORD, FILES };

struct output_file {
  int fd;
  const char *data;
  size_t mapped;
};

static struct output_file files[FILES];

static void open_output_file(struct output_file *file, int number) {
  char path[64];
  int fd = memory_file("output");
  snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
  /* To a unit it is a pipe's writing end. */
  int writer = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
  if (writer < 0) die("opening a file in memory by /proc");
  if (dup3(writer, number, O_CLOEXEC) < 0) die("dup3");
  close(writer);
  file->fd = fcntl(fd, F_DUPFD_CLOEXEC, FIRST_OWN_FD);
  close(fd);
  file->mapped = SHARED_OUTPUT_BYTES + (64u << 20);
  void *data = map_memory(NULL, file->mapped, PROT_READ, MAP_SHARED, file->fd, 0);
  if (file->fd < 0 || data == MAP_FAILED) die("mmap");
  file->data = data;
}

static uint64_t file_size(const struct output_file *file) {
  struct stat status;
  return fstat(file->fd, &status) < 0 ? 0 : (uint64_t)status.st_size;
}

static void empty_file(struct output_file *file) {
  if (ftruncate(file->fd, 0) < 0) die("ftruncate");
}

/* ---- one child ------------------------------------------------------------------------------------------ */

static struct {
  bool own_pid_namespace, has_filter;
  int landlock_abi, landlock_rules;
  pid_t pid;
} self;

static struct run run;
static struct control *control;
static char *text_content, *arguments_content;

/* What is over once a child has ended. */
struct ended {
  /* KIND_EXITED if no limit was seen to be hit. */
  enum response_kind stopped;
  int status;
  uint64_t sizes[FILES];
  uint64_t cpu_us, wall_us, max_rss_bytes;
};

static uint64_t timeval_us(struct timeval time) { return (uint64_t)time.tv_sec * 1000000 + (uint64_t)time.tv_usec; }

static uint64_t resident_bytes(int size_file) {
  char text[128];
  ssize_t length = pread(size_file, text, sizeof text - 1, 0);
  if (length <= 0) return 0;
  text[length] = '\0';
  char *second = strchr(text, ' ');
  return second ? strtoull(second, NULL, 10) * (uint64_t)sysconf(_SC_PAGESIZE) : 0;
}

/* The number of `pidfd`'s process in whichever namespace /proc belongs to. */
static int open_size_file(int pidfd) {
  char path[64], text[512];
  snprintf(path, sizeof path, "/proc/self/fdinfo/%d", pidfd);
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return -1;
  ssize_t length = read(fd, text, sizeof text - 1);
  close(fd);
  if (length <= 0) return -1;
  text[length] = '\0';
  const char *line = strstr(text, "\nPid:");
  long pid = line ? strtol(line + 5, NULL, 10) : 0;
  if (pid <= 0) return -1;
  snprintf(path, sizeof path, "/proc/%ld/statm", pid);
  return open(path, O_RDONLY | O_CLOEXEC);
}

/* What the input that runs now began with, as the parent saw it. */
struct progress {
  size_t index;
  uint64_t cpu_us, started_us, sizes[FILES];
};

static void note_progress(struct progress *progress, const struct task *task, uint64_t cpu) {
  size_t current = control->current;
  if (current <= progress->index || current >= task->end) return;
  const struct input_end *before = &control->ends[current - 1];
  *progress = (struct progress){
      current, cpu, now_us(CLOCK_MONOTONIC), {before->output_end, before->error_end, before->record_end}};
}

static enum response_kind check_limits(const struct progress *progress, uint64_t cpu, int *size_file, int pidfd) {
  const uint64_t most[FILES] = {run.limits.output_bytes, MAX_STDERR_BYTES, run.limits.record_bytes};
  for (int i = 0; i < FILES; i++)
    if (file_size(&files[i]) > progress->sizes[i] + most[i]) return KIND_OUTPUT_LIMIT;
  if (cpu > progress->cpu_us + run.limits.cpu_ms * 1000) return KIND_CPU_TIMEOUT;
  if (now_us(CLOCK_MONOTONIC) > progress->started_us + run.limits.wall_ms * 1000) return KIND_WALL_TIMEOUT;
  if (run.limits.memory_bytes) {
    if (*size_file < 0) *size_file = open_size_file(pidfd);
    if (*size_file >= 0 && resident_bytes(*size_file) > run.limits.memory_bytes) return KIND_MEMORY_LIMIT;
  }
  return KIND_EXITED;
}

/* Ends whatever a unit may have started. With the filter that is nothing: this is the second fence. */
static void sweep(void) {
  if (self.own_pid_namespace) {
    kill(-1, SIGKILL);
    while (waitpid(-1, NULL, WNOHANG) > 0) continue;
    return;
  }
  /* Orphans come to this process, a subreaper. */
  for (char text[4096]; waitpid(-1, NULL, WNOHANG) >= 0;) {
    int fd = open("/proc/thread-self/children", O_RDONLY | O_CLOEXEC);
    ssize_t length = fd < 0 ? 0 : read(fd, text, sizeof text - 1);
    if (fd >= 0) close(fd);
    if (length <= 0) return;
    text[length] = '\0';
    for (char *at = text, *next; *at; at = next) {
      long pid = strtol(at, &next, 10);
      if (next == at) break;
      kill((pid_t)pid, SIGKILL);
    }
  }
}

static struct ended watch_child(const struct task *task, pid_t pid) {
  struct ended ended = {.stopped = KIND_EXITED};
  struct progress progress = {.index = task->first, .started_us = now_us(CLOCK_MONOTONIC)};
  const uint64_t started_us = progress.started_us;
  int pidfd = (int)syscall(__NR_pidfd_open, pid, 0), size_file = -1;
  clockid_t cpu_clock;
  if (pidfd < 0 || clock_getcpuclockid(pid, &cpu_clock) != 0) die("watching a child");
  for (;;) {
    struct pollfd polled = {pidfd, POLLIN, 0};
    if (poll(&polled, 1, POLL_MS) > 0) break;
    if (ended.stopped != KIND_EXITED) continue;
    uint64_t cpu = now_us(cpu_clock);
    note_progress(&progress, task, cpu);
    ended.stopped = check_limits(&progress, cpu, &size_file, pidfd);
    if (ended.stopped != KIND_EXITED) kill(pid, SIGKILL);
  }
  struct rusage usage;
  if (wait4(pid, &ended.status, 0, &usage) != pid) die("wait4");
  close(pidfd);
  if (size_file >= 0) close(size_file);
  sweep();
  for (int i = 0; i < FILES; i++) ended.sizes[i] = file_size(&files[i]);
  ended.wall_us = now_us(CLOCK_MONOTONIC) - started_us;
  ended.cpu_us = timeval_us(usage.ru_utime) + timeval_us(usage.ru_stime);
  ended.max_rss_bytes = (uint64_t)usage.ru_maxrss * 1024;
  return ended;
}

static struct ended run_child(size_t first, size_t end, bool isolated) {
  struct task task = {
      .run = &run,
      .control = control,
      .first = first,
      .end = end,
      .isolated = isolated,
      .landlock_rules = self.landlock_rules,
      .has_filter = self.has_filter,
      .parent = self.pid,
      .output = files[OUT].data,
      .text = text_content,
      .arguments = arguments_content,
  };
  if (getrandom(&task.random, sizeof task.random, 0) != sizeof task.random) die("getrandom");
  for (int i = 0; i < FILES; i++) empty_file(&files[i]);
  for (size_t i = first; i < end; i++) prepare_stack_fill(stack_fill(&run.inputs[i]));
  memset((void *)&control->ends[first], 0, (end - first) * sizeof *control->ends);
  control->phase = PHASE_PREPARING;
  control->current = (uint32_t)first;
  /* Not fork: the sanitizers would lock and unlock each entry of tables of megabytes, and so copy them. One thread
   * alone has nothing to wait for. */
  pid_t pid = _Fork();
  if (pid == 0) run_task(&task);
  if (pid < 0) die("fork");
  return watch_child(&task, pid);
}

/* ---- judging -------------------------------------------------------------------------------------------- */

struct piece {
  uint64_t start, end;
};

static void put_piece(const struct output_file *file, struct piece piece, uint64_t most) {
  uint64_t length = piece.end - piece.start;
  put_bytes(file->data + piece.start, length < most ? length : most);
}

struct result {
  enum response_kind kind;
  uint32_t code;
  /* The unit itself said so: by returning from main or by exit. */
  bool properly;
  uint64_t cpu_us, wall_us, max_rss_bytes;
  struct piece pieces[FILES];
};

static bool is_too_long(const struct result *result) {
  const uint64_t most[FILES] = {run.limits.output_bytes, MAX_STDERR_BYTES, run.limits.record_bytes};
  for (int i = 0; i < FILES; i++)
    if (result->pieces[i].end - result->pieces[i].start > most[i]) return true;
  return false;
}

static void put_skipped(void) { put_uint(0, 4); }

static void put_result(const struct result *result) {
  put_uint(1, 4);
  put_uint(result->kind, 4);
  put_uint(result->code, 4);
  put_uint(result->cpu_us, 8);
  put_uint(result->wall_us, 8);
  put_uint(result->max_rss_bytes, 8);
  put_piece(&files[OUT], result->pieces[OUT], run.limits.output_bytes);
  put_piece(&files[ERR], result->pieces[ERR], KEPT_STDERR_BYTES);
  put_piece(&files[RECORD], result->pieces[RECORD], run.limits.record_bytes);
}

/* The result of an input that the child finished and went on from; false if its figures cannot be. */
static bool finished_result(size_t index, size_t first, const struct ended *ended, struct result *result) {
  const struct input_end *end = &control->ends[index];
  if (end->done != DONE) return false;
  const struct input_end none = {0}, *before = index > first ? &control->ends[index - 1] : &none;
  *result = (struct result){
      .kind = KIND_EXITED,
      .code = end->status & 255,
      .properly = end->properly,
      .cpu_us = end->cpu_us,
      .wall_us = end->cpu_us,
      .max_rss_bytes = ended->max_rss_bytes,
      .pieces = {{before->output_end, end->output_end},
                 {before->error_end, end->error_end},
                 {before->record_end, end->record_end}},
  };
  for (int i = 0; i < FILES; i++)
    if (result->pieces[i].start > result->pieces[i].end || result->pieces[i].end > ended->sizes[i]) return false;
  if (is_too_long(result)) result->kind = KIND_OUTPUT_LIMIT;
  else if (result->cpu_us > run.limits.cpu_ms * 1000) result->kind = KIND_CPU_TIMEOUT;
  return true;
}

/* The result of the input that was a child's first, and its end. */
static struct result last_result(const struct input_end *end, const struct ended *ended) {
  struct result result = {
      .kind = ended->stopped,
      .properly = end->done == DONE && end->properly,
      .cpu_us = ended->cpu_us,
      .wall_us = ended->wall_us,
      .max_rss_bytes = ended->max_rss_bytes,
  };
  for (int i = 0; i < FILES; i++)
    result.pieces[i] = (struct piece){0, ended->sizes[i] < files[i].mapped ? ended->sizes[i] : files[i].mapped};
  int signal = WIFSIGNALED(ended->status) ? WTERMSIG(ended->status) : 0;
  if (result.kind != KIND_EXITED) return result;
  if (is_too_long(&result) || signal == SIGXFSZ) {
    result.kind = KIND_OUTPUT_LIMIT;
  } else if (signal == SIGSYS) {
    result.kind = KIND_FORBIDDEN_SYSCALL;
  } else if (signal == SIGXCPU || result.cpu_us > run.limits.cpu_ms * 1000) {
    result.kind = KIND_CPU_TIMEOUT;
  } else if (run.limits.memory_bytes && result.max_rss_bytes > run.limits.memory_bytes) {
    result.kind = KIND_MEMORY_LIMIT;
  } else if (signal) {
    result.kind = KIND_SIGNALED;
    result.code = (uint32_t)signal;
  } else if (control->phase == PHASE_TOO_LARGE) {
    /* As the kernel ends a process whose program does not fit into its limits. */
    result.kind = KIND_SIGNALED;
    result.code = SIGKILL;
  } else {
    result.code = (uint32_t)WEXITSTATUS(ended->status);
  }
  return result;
}

static bool is_expected(const struct input *input, const struct result *result) {
  const struct piece *output = &result->pieces[OUT];
  return result->kind == KIND_EXITED && result->code == input->expected_status &&
         output->end - output->start == input->expected_output.length &&
         same_raw(files[OUT].data + output->start, input->expected_output.data, input->expected_output.length);
}

static bool is_sanitizing(void) { return __asan_poison_memory_region || __msan_unpoison; }

static bool is_group_over(const struct input *input, const struct result *result) {
  bool well = result->kind == KIND_EXITED && ended_well(&run, is_sanitizing(), result->code, result->properly);
  return input->has_expected && ends_group(&run, well, is_expected(input, result));
}

/* The result of an input that others went before and that a fault of its own ended the child in; false for any other
 * end. It began as in a new child, so it is not run again. */
static bool died_result(size_t index, const struct ended *ended, struct result *result) {
  if (ended->stopped != KIND_EXITED || control->phase != PHASE_RUNNING || control->current != index) return false;
  const int signal = WIFSIGNALED(ended->status) ? WTERMSIG(ended->status) : 0;
  const bool faulted = signal == SIGSEGV || signal == SIGBUS || signal == SIGFPE || signal == SIGILL ||
                       signal == SIGABRT;
  const bool reported = !signal && is_sanitizing() && WEXITSTATUS(ended->status) == SANITIZER_EXIT;
  if (!faulted && !reported) return false;
  const struct input_end *before = &control->ends[index - 1];
  const uint64_t starts[FILES] = {before->output_end, before->error_end, before->record_end};
  *result = (struct result){
      .kind = faulted ? KIND_SIGNALED : KIND_EXITED,
      .code = faulted ? (uint32_t)signal : SANITIZER_EXIT,
      .max_rss_bytes = ended->max_rss_bytes,
  };
  for (int i = 0; i < FILES; i++) {
    result->pieces[i] = (struct piece){starts[i], ended->sizes[i]};
    if (result->pieces[i].end > files[i].mapped || starts[i] > result->pieces[i].end) return false;
  }
  return !is_too_long(result);
}

/* ---- a run ---------------------------------------------------------------------------------------------- */

struct outcome {
  enum answer_kind kind;
  char reason[REASON_BYTES];
};

/* Puts the result of an input, and those of its group if that is over; returns the input to go on with. */
static size_t put_results(size_t index, const struct result *result) {
  put_result(result);
  size_t next = index + 1;
  if (!is_group_over(&run.inputs[index], result)) return next;
  for (; next < run.input_count && run.inputs[next].group == run.inputs[index].group; next++) put_skipped();
  return next;
}

/* Puts the results that a child gave; returns the input to go on with. */
static size_t collect(size_t first, size_t end, const struct ended *ended) {
  struct result result;
  size_t next = first;
  while (next < end && finished_result(next, first, ended, &result)) next = put_results(next, &result);
  return next;
}

static bool took_too_much_memory(const struct ended *ended) {
  return run.limits.memory_bytes && ended->max_rss_bytes > run.limits.memory_bytes;
}

static void run_inputs(struct kept_object *unit, struct outcome *outcome) {
  bool isolated = (run.flags & RUN_ISOLATED) || unit->needs_isolation;
  /* The next child is for one input alone. */
  bool alone = false, was_forbidden = false;
  for (size_t next = 0; next < run.input_count;) {
    bool single = isolated || alone;
    size_t end = single ? next + 1 : next + MOST_SHARED_INPUTS;
    if (end > run.input_count) end = run.input_count;
    const size_t first = next;
    struct ended ended = run_child(first, end, single);
    if (control->phase == PHASE_UNSUPPORTED || control->phase == PHASE_BROKEN) {
      outcome->kind = control->phase == PHASE_UNSUPPORTED ? ANSWER_UNSUPPORTED : ANSWER_FAILED;
      memcpy(outcome->reason, control->reason, REASON_BYTES);
      outcome->reason[REASON_BYTES - 1] = '\0';
      return;
    }
    if (!single && took_too_much_memory(&ended)) {
      /* Which of the inputs that was nobody knows: they are run again one by one, and so are the others. */
      isolated = true;
      continue;
    }
    if (!single) next = collect(first, end, &ended);
    if (next > first) {
      struct result died;
      if (next < end && died_result(next, &ended, &died)) next = put_results(next, &died);
      continue;
    }
    alone = false;
    struct result result = last_result(&control->ends[first], &ended);
    bool forbidden = result.kind == KIND_FORBIDDEN_SYSCALL;
    if (!single && (forbidden || control->ends[first].done)) {
      /* By the filter of shared children, or with more memory than is known of: a child of its own decides. */
      was_forbidden = forbidden;
      alone = true;
      continue;
    }
    /* A unit that needs such calls to get through will need them again; a sanitizer's report happens once. */
    if (was_forbidden && control->ends[first].done) {
      unit->needs_isolation = true;
      isolated = true;
    }
    was_forbidden = false;
    next = put_results(first, &result);
  }
}

/* ---- requests ------------------------------------------------------------------------------------------- */

static bool read_objects(struct reader *reader, const char **failure) {
  uint32_t forgotten = read_u32(reader);
  for (uint32_t i = 0; i < forgotten && reader->ok; i++) forget_object(read_u32(reader));
  uint32_t kept = read_u32(reader);
  for (uint32_t i = 0; i < kept && reader->ok; i++) {
    uint32_t id = read_u32(reader);
    struct bytes content = read_bytes(reader);
    if (reader->ok && !keep_object(id, content)) *failure = "no room for another object";
  }
  return reader->ok;
}

static bool read_image(struct reader *reader, struct kept_object **unit, const char **failure) {
  run.object_count = read_u32(reader);
  if (run.object_count == 0 || run.object_count > MOST_OBJECTS) return false;
  for (size_t i = 0; i < run.object_count && reader->ok; i++) {
    const struct kept_object *object = find_object(read_u32(reader));
    if (!object) *failure = "an object that was never sent";
    else run.objects[i] = (struct bytes){object->data, object->length};
  }
  *unit = find_object(read_u32(reader));
  if (!*unit) *failure = "an object that was never sent";
  return reader->ok;
}

static bool read_run(struct reader *reader, struct kept_object **unit, const char **failure) {
  run.flags = read_u32(reader);
  uint64_t *limits[] = {&run.limits.cpu_ms,      &run.limits.wall_ms,     &run.limits.memory_bytes,
                        &run.limits.data_bytes,  &run.limits.stack_bytes, &run.limits.output_bytes,
                        &run.limits.record_bytes};
  for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) *limits[i] = read_u64(reader);
  if (!read_image(reader, unit, failure)) return false;
  run.environment = read_strings_in_place(reader);
  run.input_count = read_u32(reader);
  if (run.input_count > MOST_INPUTS || run.limits.output_bytes > (32u << 20) || run.limits.record_bytes > (32u << 20))
    return false;
  for (size_t i = 0; i < run.input_count && reader->ok; i++) read_input(reader, &run.inputs[i]);
  return reader->ok && reader->at == reader->end;
}

static void serve(size_t length) {
  struct reader reader = {frame.readable, frame.readable + length, true};
  struct outcome outcome = {.kind = ANSWER_RUN};
  struct kept_object *unit = NULL;
  const char *failure = NULL;
  empty_answer();
  /* Kind, reason and count are known at the end. */
  answer.length += 4 + 4 + REASON_BYTES + 4;
  if (!read_objects(&reader, &failure) || !read_run(&reader, &unit, &failure)) failure = "malformed request";
  if (!failure) {
    run_inputs(unit, &outcome);
  } else {
    outcome.kind = ANSWER_FAILED;
    snprintf(outcome.reason, sizeof outcome.reason, "%s", failure);
  }
  char *at = answer.data;
  at = write_uint(at, answer.length - 4, 4);
  at = write_uint(at, outcome.kind, 4);
  at = write_uint(at, REASON_BYTES, 4);
  memcpy(at, outcome.reason, REASON_BYTES);
  write_uint(at + REASON_BYTES, outcome.kind == ANSWER_RUN ? run.input_count : 0, 4);
  if (!write_fully(STDOUT_FILENO, answer.data, answer.length)) _exit(0);
  if (length > KEPT_FRAME_BYTES) {
    close_frame();
    open_frame();
  }
}

static bool read_fully(char *data, size_t length) {
  for (size_t done = 0; done < length;) {
    ssize_t count = syscall(__NR_read, STDIN_FILENO, data + done, length - done);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    done += (size_t)count;
  }
  return true;
}

static void say_hello(void) {
  char hello[16], *at = hello;
  at = write_uint(at, sizeof hello - 4, 4);
  at = write_uint(at, UNIT_RUNNER_VERSION, 4);
  at = write_uint(at, (uint64_t)self.landlock_abi, 4);
  write_uint(at, self.has_filter, 4);
  if (!write_fully(STDOUT_FILENO, hello, sizeof hello)) _exit(0);
}

/* A sanitizer's runtime clears tables of its own that few runs use. */
static int give_back_zeros_of_program(struct dl_phdr_info *info, size_t size, void *data) {
  (void)size, (void)data;
  for (int i = 0; i < info->dlpi_phnum; i++) {
    const ElfW(Phdr) *header = &info->dlpi_phdr[i];
    if (header->p_type != PT_LOAD || !(header->p_flags & PF_W)) continue;
    unsigned char *start = (unsigned char *)info->dlpi_addr + header->p_vaddr;
    /* What the file holds would come back from there. */
    give_back_zeros(start + header->p_filesz, start + header->p_memsz);
  }
  /* The program itself is the first that is asked about, and its own memory all that is meant. */
  return 1;
}

/* ---- start ---------------------------------------------------------------------------------------------- */

/*
 * Executes itself once more with what only a new process can have: the stack's limit, by which the kernel lays out
 * the address space, the sanitizer's options, and for MSan an address space that is not randomised.
 */
static void restart(char **argv) {
  if (getenv(STARTED)) return;
  char options[512];
  struct rlimit stack = {STACK_BYTES, STACK_BYTES}, current;
  if (getrlimit(RLIMIT_STACK, &current) < 0) die("getrlimit");
  stack.rlim_max = current.rlim_max;
  if (current.rlim_max != RLIM_INFINITY && current.rlim_max < stack.rlim_cur) stack.rlim_cur = current.rlim_max;
  if (setrlimit(RLIMIT_STACK, &stack) < 0) die("setrlimit");
  if (__msan_unpoison) personality(ADDR_NO_RANDOMIZE);
  clearenv();
  setenv(STARTED, "1", 1);
  setenv("LC_ALL", "C", 1);
  /* What is bound here once need not be bound in every child. */
  setenv("LD_BIND_NOW", "1", 1);
  snprintf(options, sizeof options,
           "detect_leaks=0:symbolize=0:exitcode=77:detect_stack_use_after_return=1:max_malloc_fill_size=1048576:"
           /* Of a report only its first line is read. */
           "fast_unwind_on_fatal=1:malloc_context_size=0:print_legend=0:print_summary=0:malloc_fill_byte=%d",
           atoi(argv[2]));
  if (__asan_poison_memory_region) {
    setenv("ASAN_OPTIONS", options, 1);
    setenv("UBSAN_OPTIONS", "halt_on_error=0:symbolize=0:exitcode=77", 1);
  }
  if (__msan_unpoison)
    setenv("MSAN_OPTIONS",
           "symbolize=0:exit_code=77:fast_unwind_on_fatal=1:handle_segv=0:handle_sigbus=0:handle_sigfpe=0", 1);
  execv(argv[0], argv);
  die("execv");
}

/* To its limit, so that children have all of it: a stack that grows in one cannot be made small again for the next
 * input. Only the kernel's books grow. */
static void grow_stack(void) {
  const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
  struct rlimit stack;
  if (getrlimit(RLIMIT_STACK, &stack) < 0) die("getrlimit");
  /* Arguments and environment lie above this frame, and the kernel keeps a gap below. */
  uintptr_t lowest = ((uintptr_t)__builtin_frame_address(0) & ~(page - 1)) - stack.rlim_cur + (1u << 20);
  *(volatile char *)lowest = 0;
  madvise((void *)lowest, page, MADV_DONTNEED);
}

int main(int argc, char **argv) {
  static const char *const rungs[] = {"full", "proc-bind", "landlock", "none"};
  size_t rung = 0;
  while (argc == 3 && rung < 4 && strcmp(rungs[rung], argv[1]) != 0) rung++;
  if (argc != 3 || rung == 4) {
    dprintf(STDERR_FILENO, "usage: unit-runner full|proc-bind|landlock|none FILL\n");
    return 2;
  }
  restart(argv);
  grow_stack();
  self.own_pid_namespace = rung < 2;
  self.landlock_abi = landlock_abi();
  self.has_filter = has_seccomp();
  self.pid = getpid();
  if ((rung == 2 && self.landlock_abi == 0) || (rung < 3 && !self.has_filter)) {
    dprintf(STDERR_FILENO, "unit-runner: this kernel lacks what is needed (Landlock, seccomp filters)\n");
    return 1;
  }
  signal(SIGPIPE, SIG_IGN);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  prctl(PR_SET_DUMPABLE, 0);
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0) die("prctl");
  /* The numbers below belong to units; this process's own follow, then those that every child gets. */
  for (int fd = 0; fd < FIRST_OWN_FD - 1;)
    if ((fd = dup(STDIN_FILENO)) < 0) die("standard input");
  self.landlock_rules = self.landlock_abi > 0 ? file_access_rules(self.landlock_abi) : -1;
  if (self.landlock_abi > 0 && self.landlock_rules < 0) die("landlock");
  /* What is the same for all units and no hindrance to this process. */
  if (!lower_limit(RLIMIT_CORE, 1, 1) || !lower_limit(RLIMIT_MEMLOCK, 0, 0) ||
      !lower_limit(RLIMIT_NOFILE, MOST_OPEN_FILES, MOST_OPEN_FILES))
    die("setting limits");
  open_frame();
  open_answer();
  for (int i = 0; i < FILES; i++) open_output_file(&files[i], OUTPUT_FD + i);
  int fill_file = memory_file("fill");
  if (dup3(fill_file, FILL_FD, O_CLOEXEC) < 0 || !open_stack_fill(FILL_FD)) die("filling stacks");
  close(fill_file);
  text_content = open_input_file(TEXT_FD);
  arguments_content = open_input_file(ARGUMENTS_FD);
  control = map_memory(NULL, sizeof *control, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (control == MAP_FAILED) die("mmap");
  if (mallinfo2().arena != 0 && !__asan_poison_memory_region && !__msan_unpoison) die("the heap is in use");
  if (!keep_library_state()) die("keeping the C library's state");
  dl_iterate_phdr(give_back_zeros_of_program, NULL);
  note_outside_symbol("environ");
  note_outside_symbol("__curbrk");
  say_hello();
  for (char header[4]; read_fully(header, sizeof header);) {
    struct reader reader = {header, header + sizeof header, true};
    size_t length = read_u32(&reader);
    if (length > MOST_FRAME_BYTES) die("request too large");
    if (!read_fully(frame.writable, length)) break;
    serve(length);
  }
  return 0;
}
