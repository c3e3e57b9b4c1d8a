#define _GNU_SOURCE
#include "run-child.h"

#include <poll.h>
#include <sys/mman.h>
#include <sys/random.h>

#include "../shared/file-access.h"
#include "../shared/processes.h"
#include "raw-memory.h"
#include "unit-stack.h"

static struct {
  struct fences fences;
  /* A Landlock ruleset that every child puts on; -1 without Landlock. */
  int landlock_rules;
  pid_t pid;
} self;

struct control *control;

void prepare_children(const struct fences *fences) {
  self.fences = *fences;
  self.pid = getpid();
  self.landlock_rules = fences->landlock_abi > 0 ? file_access_rules(fences->landlock_abi) : -1;
  if (fences->landlock_abi > 0 && self.landlock_rules < 0) die("landlock");
  control = map_memory(NULL, sizeof *control, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (control == MAP_FAILED) die("mmap");
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

/* What the input that runs now has used. A limit is each input's, not the child's. */
static struct used used_by_input(const struct run *run, const struct progress *progress, uint64_t cpu_us,
                                 int size_file) {
  const bool limited = run->limits.memory_bytes && size_file >= 0;
  struct used used = {
      /* The clock of a process that has just ended shows nothing. */
      .cpu_us = cpu_us > progress->cpu_us ? cpu_us - progress->cpu_us : 0,
      .wall_us = now_us(CLOCK_MONOTONIC) - progress->started_us,
      .memory_bytes = limited ? memory_of_process(size_file) : 0,
  };
  for (int i = 0; i < FILES; i++)
    if (output_size(i) > progress->sizes[i] + most_output(run, i)) used.too_much_output = true;
  return used;
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
    const uint64_t cpu_us = now_us(cpu_clock);
    note_progress(&progress, task, cpu_us);
    if (task->run->limits.memory_bytes && size_file < 0) size_file = open_size_file(pidfd);
    const struct used used = used_by_input(task->run, &progress, cpu_us, size_file);
    ended.stopped = exceeded_limit(&task->run->limits, &used);
    if (ended.stopped != KIND_EXITED) kill(pid, SIGKILL);
  }
  struct rusage usage;
  if (wait4(pid, &ended.status, 0, &usage) != pid) die("wait4");
  close(pidfd);
  if (size_file >= 0) close(size_file);
  end_descendants(self.fences.rung->own_pid_namespace);
  for (int i = 0; i < FILES; i++) ended.sizes[i] = output_size(i);
  ended.wall_us = now_us(CLOCK_MONOTONIC) - started_us;
  ended.cpu_us = used_cpu_us(&usage);
  ended.max_rss_bytes = (uint64_t)usage.ru_maxrss * 1024;
  return ended;
}

struct ended run_child(const struct run *run, size_t first, size_t end, bool isolated) {
  struct task task = {
      .run = run,
      .control = control,
      .first = first,
      .end = end,
      .isolated = isolated,
      .landlock_rules = self.landlock_rules,
      .has_filter = self.fences.has_filter,
      .parent = self.pid,
      .output = output_files[OUT].data,
      .text = text_content,
      .arguments = arguments_content,
  };
  if (getrandom(&task.random, sizeof task.random, 0) != sizeof task.random) die("getrandom");
  empty_output_files();
  for (size_t i = first; i < end; i++) prepare_stack_fill(stack_fill(&run->inputs[i]));
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
