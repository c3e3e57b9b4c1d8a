#define _GNU_SOURCE
#include "task.h"

#include <alloca.h>
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "../shared/file-access.h"
#include "../shared/processes.h"
#include "batch-filter.h"
#include "image.h"
#include "library-state.h"
#include "outside-symbols.h"
#include "raw-memory.h"
#include "sanitizers.h"
#include "unit-calls.h"
#include "unit-stack.h"

/* A heap that grew larger is given back. */
#define KEPT_HEAP_BYTES (4u << 20)
/* glibc takes no larger one. */
#define LARGEST_MMAP_THRESHOLD (32 << 20)
/* Images that share a process have no more data together: what one takes is not to be missing to another. */
#define SHARED_DATA_BYTES (16u << 20)
/* Sanitizers never give memory back. Once a process has grown by this much, the remaining inputs get a new one. */
#define SANITIZER_GROWTH_PAGES (64u << 8)

/* compiler-rt/lib/msan/msan.h for x86-64 and Linux. */
static unsigned char *msan_shadow(const unsigned char *address) {
  return (unsigned char *)((uintptr_t)address ^ UINT64_C(0x500000000000));
}

struct loaded {
  struct image image;
  /* Its data before the first input; NULL if no input comes behind another here. */
  unsigned char *kept_data;
};

static struct {
  const struct task *task;
  struct loaded images[MOST_IMAGES];
  /* What the input runs. */
  const struct loaded *current;
  /* Where the inputs end whose images are loaded. */
  size_t end;
  unsigned char *heap_start;
  /* Where the C library keeps the heap's end; NULL if there is no telling. */
  void **heap_end;
  size_t heap_pages;
  char ***environ;
  char **environment;
  size_t environment_room;
  /* Some input has; without any, the descriptor is closed. */
  bool has_arguments;
  /* Of the largest text or arguments. */
  uint64_t input_bytes;
  uint64_t size_at_start;
} child;

static _Noreturn void stop(enum phase phase, const char *reason) {
  struct control *control = child.task->control;
  if (reason) snprintf(control->reason, REASON_BYTES, "%s: %s", reason, strerror(errno));
  control->phase = phase;
  syscall(__NR_exit_group, 0);
  __builtin_unreachable();
}

static uint64_t cpu_us(void) {
  struct timespec time;
  /* The one thread: the clock of a process with a CPU limit moves by the tick. */
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return (uint64_t)time.tv_sec * 1000000 + (uint64_t)time.tv_nsec / 1000;
}

/* Whether several inputs share this process. */
static bool is_shared(void) { return child.task->end - child.task->first > 1; }

/* ---- before the first input ----------------------------------------------------------------------------- */

static bool place(bool wanted, int source, int target) {
  return wanted ? dup2(source, target) == target : (close(target), true);
}

/* Its rules name the runner's own /proc entry, so a process reads nothing there after this. */
static void confine(void) {
  const struct task *task = child.task;
  if (is_shared()) {
    int size = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    if (size < 0 || dup2(size, SIZE_FD) != SIZE_FD) stop(PHASE_BROKEN, "opening /proc/self/statm");
  }
  if (task->landlock_rules >= 0 && syscall(__NR_landlock_restrict_self, task->landlock_rules, 0) < 0)
    stop(PHASE_BROKEN, "confining its files");
}

static bool put_content(int fd, char *content, struct bytes bytes) {
  if (ftruncate(fd, bytes.length) < 0) return false;
  copy_raw((unsigned char *)content, (const unsigned char *)bytes.data, bytes.length);
  return true;
}

/* As in a new process, both files are read from their beginning. */
static void put_input(const struct input *input) {
  const struct task *task = child.task;
  if (!put_content(TEXT_FD, task->text, input->text) || lseek(0, 0, SEEK_SET) < 0)
    stop(PHASE_BROKEN, "giving an input");
  if (!child.has_arguments) return;
  if (!put_content(ARGUMENTS_FD, task->arguments, input->arguments) || lseek(4, 0, SEEK_SET) < 0)
    stop(PHASE_BROKEN, "giving arguments");
}

static void arrange_files(void) {
  const struct task *task = child.task;
  for (size_t i = task->first; i < task->end; i++) {
    const struct input *input = &task->run->inputs[i];
    if (input->arguments.length > 0) child.has_arguments = true;
    if (input->text.length > child.input_bytes) child.input_bytes = input->text.length;
    if (input->arguments.length > child.input_bytes) child.input_bytes = input->arguments.length;
  }
  bool placed = place(true, TEXT_FD, 0) && place(true, OUTPUT_FD, 1) && place(true, ERROR_FD, 2) &&
                place(task->run->flags & RUN_WANT_RECORD, RECORD_FD, 3) && place(child.has_arguments, ARGUMENTS_FD, 4);
  if (placed) put_input(&task->run->inputs[task->first]);
  unsigned last = task->isolated ? ~0u : FIRST_CHILD_FD - 1;
  if (!placed || syscall(__NR_close_range, 5, last, 0) < 0) stop(PHASE_BROKEN, "arranging descriptors");
}

static void set_limits(void) {
  const struct limits *limits = &child.task->run->limits;
  rlim_t cpu_seconds = (limits->cpu_ms * (child.task->end - child.task->first)) / 1000 + 2;
  const uint64_t written[] = {limits->output_bytes, limits->record_bytes, child.input_bytes};
  uint64_t largest = 0;
  for (size_t i = 0; i < sizeof written / sizeof *written; i++)
    if (written[i] > largest) largest = written[i];
  rlim_t file_bytes = SHARED_OUTPUT_BYTES + largest + (64u << 10);
  bool set = lower_limit(RLIMIT_CPU, cpu_seconds, cpu_seconds + 1) &&
             lower_limit(RLIMIT_FSIZE, file_bytes, file_bytes) && lower_limit(RLIMIT_NPROC, 0, 0) &&
             (!limits->data_bytes || lower_limit(RLIMIT_DATA, limits->data_bytes, limits->data_bytes));
  if (!set) stop(PHASE_BROKEN, "setting limits");
}

/* A unit whose result depends on where something lies shows it when it is run by another process. */
static void vary_addresses(void) {
  if (is_sanitizing()) return;
  uint64_t random = child.task->random;
  sbrk((intptr_t)(random % 4096 * 4096));
  /* The kernel fills the highest hole that is large enough: a small gap moves what is small, a large one the rest. */
  const size_t gaps[] = {(random >> 12) % 256 + 1, (random >> 20) % (1u << 20) + 1};
  for (size_t i = 0; i < sizeof gaps / sizeof *gaps; i++)
    map_memory(NULL, gaps[i] << 12, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
}

static void filter_calls(void) {
  if (!child.task->has_filter) return;
  struct filter_program filter;
  if (child.task->isolated) build_single_filter(&filter, (uint32_t)getpid());
  else build_batch_filter(&filter, (uint32_t)getpid());
  if (install_filter(&filter) < 0) stop(PHASE_BROKEN, "filtering its system calls");
}

static void run_constructors(unsigned from, unsigned below) {
  const struct image *image = &child.current->image;
  for (size_t i = 0; i < image->constructor_count; i++) {
    const struct constructor *constructor = &image->constructors[i];
    if (constructor->priority < from || constructor->priority >= below) continue;
    for (size_t f = 0; f < constructor->count; f++) constructor->functions[f]();
  }
}

static int run_own_constructors(void *unused) {
  (void)unused;
  run_constructors(0, FIRST_INPUT_PRIORITY);
  return 0;
}

static void choose_image(const struct loaded *loaded) {
  if (child.current == loaded) return;
  child.current = loaded;
  describe_image(&loaded->image);
}

static size_t data_size(const struct image *image) { return (size_t)(image->zeros.end - image->data.start); }

/* False if the kernel has no memory for it, or the objects cannot be linked here; the phase then says which. */
static bool load(uint32_t index) {
  static const char *const wrapped[] = {"malloc", "calloc", "realloc", "free", "strdup", "strndup", NULL};
  const struct run *run = child.task->run;
  const struct linked *linked = &run->images[index];
  struct loaded *loaded = &child.images[index];
  struct link_options options = {
      .wrapped = run->flags & RUN_WRAP ? wrapped : NULL,
      .replaced = replaced_function,
      /* Far from each other. */
      .random = (child.task->random >> 7) + index * 0xd1342543de82ef95u,
  };
  struct control *control = child.task->control;
  errno = 0;
  if (!link_image(linked->objects, linked->object_count, &options, &loaded->image, control->reason, REASON_BYTES)) {
    control->phase = errno == ENOMEM ? PHASE_TOO_LARGE : PHASE_UNSUPPORTED;
    return false;
  }
  choose_image(loaded);
  int status;
  run_until_exit(run_own_constructors, NULL, &status);
  size_t size = (size_t)(loaded->image.data.end - loaded->image.data.start);
  if (is_shared() && size > 0) {
    loaded->kept_data = map_memory(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (loaded->kept_data == MAP_FAILED) {
      control->phase = PHASE_TOO_LARGE;
      return false;
    }
    copy_raw(loaded->kept_data, loaded->image.data.start, size);
    mprotect(loaded->kept_data, size, PROT_READ);
  }
  return true;
}

/* What the inputs run, as far as it fits together: once its calls are filtered, a process makes no code any more. */
static void load_images(void) {
  const struct task *task = child.task;
  const struct input *inputs = task->run->inputs;
  child.environ = outside_symbol("environ");
  if (!load(inputs[task->first].image)) stop(task->control->phase, NULL);
  size_t size = data_size(&child.current->image);
  for (child.end = task->first + 1; child.end < task->end; child.end++) {
    const uint32_t image = inputs[child.end].image;
    if (image == inputs[child.end - 1].image) continue;
    if (size > SHARED_DATA_BYTES || !load(image)) break;
    size += data_size(&child.current->image);
    if (size > SHARED_DATA_BYTES) break;
  }
}

static size_t strings_size(const struct strings *strings) {
  return (size_t)(strings->end - strings->at) + (strings->count + 1) * (sizeof(char *) + 1);
}

static void make_room_for_environment(void) {
  const struct run *run = child.task->run;
  size_t largest = 0;
  for (size_t i = child.task->first; i < child.task->end; i++) {
    size_t size = strings_size(&run->inputs[i].environment);
    if (size > largest) largest = size;
  }
  child.environment_room = strings_size(&run->environment) + largest;
  child.environment =
      map_memory(NULL, child.environment_room, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (child.environment == MAP_FAILED) stop(PHASE_BROKEN, "making room for the environment");
}

/* ---- before every input --------------------------------------------------------------------------------- */

static void restore_image(void) {
  const struct image *image = &child.current->image;
  copy_raw(image->data.start, child.current->kept_data, (size_t)(image->data.end - image->data.start));
  clear_memory(image->zeros.start, image->zeros.end);
  if (__msan_unpoison) clear_memory(msan_shadow(image->data.start), msan_shadow(image->zeros.end));
}

/* To the library the heap is as in a new process, without any memory; to the kernel it stays as it is. */
static void restore_heap(void) {
  unsigned char *end = (unsigned char *)syscall(__NR_brk, 0);
  const size_t size = end > child.heap_start ? (size_t)(end - child.heap_start) : 0;
  if (size == 0 || size > KEPT_HEAP_BYTES || !child.heap_end) {
    brk(child.heap_start);
    child.heap_pages = 0;
  } else {
    clear_memory(child.heap_start, next_page(end));
    child.heap_pages = (size_t)(next_page(end) - child.heap_start) / PAGE_BYTES;
  }
}

static void append_strings(const struct strings *strings, char ***pointer, char **text) {
  struct reader reader = {(char *)strings->at, (char *)strings->end, true};
  for (uint32_t i = 0; i < strings->count; i++) {
    struct bytes bytes = read_bytes(&reader);
    *(*pointer)++ = *text;
    for (uint32_t c = 0; c < bytes.length; c++) *(*text)++ = bytes.data[c];
    *(*text)++ = '\0';
  }
}

static void set_environment(const struct input *input) {
  const struct run *run = child.task->run;
  char **pointer = child.environment;
  char *text = (char *)(pointer + run->environment.count + input->environment.count + 1);
  append_strings(&run->environment, &pointer, &text);
  append_strings(&input->environment, &pointer, &text);
  *pointer = NULL;
  *child.environ = child.environment;
}

static void prepare_process(size_t index) {
  const struct task *task = child.task;
  choose_image(&child.images[task->run->inputs[index].image]);
  restore_library_state();
  if (child.heap_end) *child.heap_end = child.heap_start;
  if (index > task->first) {
    restore_image();
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    put_input(&task->run->inputs[index]);
  }
  set_environment(&task->run->inputs[index]);
  const uint32_t fill = task->run->inputs[index].fill;
  if (fill <= 255) mallopt(M_PERTURB, (int)fill);
  /* From the heap, which is made small again, and not mapped each for itself. */
  if (!is_sanitizing()) mallopt(M_MMAP_THRESHOLD, LARGEST_MMAP_THRESHOLD);
  if (__msan_unpoison_param) __msan_unpoison_param(8);
  errno = 0;
}

/* ---- the inputs ----------------------------------------------------------------------------------------- */

static int run_unit(void *input) {
  run_constructors(FIRST_INPUT_PRIORITY, UINT32_MAX);
  /* Another one in every process: nothing may depend on it. */
  char name[16], *arguments[] = {name, NULL};
  snprintf(name, sizeof name, "u%u", (unsigned)(child.task->random % 100000));
  if (!refill_unit_stack(stack_fill(input))) stop(PHASE_BROKEN, "filling the stack");
  if (__msan_unpoison_param) {
    __msan_unpoison(name, sizeof name);
    __msan_unpoison(arguments, sizeof arguments);
    __msan_unpoison_param(8);
  }
  return call_on_unit_stack(child.current->image.main, 1, arguments, child.environment);
}

static uint64_t process_pages(void) {
  char text[128];
  ssize_t length = pread(SIZE_FD, text, sizeof text - 1, 0);
  uint64_t pages = 0;
  for (ssize_t i = 0; i < length && text[i] >= '0' && text[i] <= '9'; i++)
    pages = pages * 10 + (uint64_t)(text[i] - '0');
  return pages;
}

static bool has_grown(void) {
  uint64_t pages = process_pages();
  return is_sanitizing() ? pages > child.size_at_start + SANITIZER_GROWTH_PAGES
                         : pages - child.heap_pages != child.size_at_start;
}

static bool is_expected(size_t index) {
  const struct input *input = &child.task->run->inputs[index];
  const struct input_end *end = &child.task->control->ends[index];
  uint64_t start = index > child.task->first ? end[-1].output_end : 0, length = end->output_end - start;
  return end->status == input->expected_status && length == input->expected_output.length &&
         same_raw(child.task->output + start, input->expected_output.data, length);
}

static bool is_group_over(size_t index) {
  const struct run *run = child.task->run;
  const struct input_end *end = &child.task->control->ends[index];
  bool well = ended_well(run, is_sanitizing(), end->status, end->properly);
  return run->inputs[index].has_expected && ends_group(run, well, is_expected(index));
}

/* The first input behind `index` that is to be run. */
static size_t skip_group(size_t index) {
  const struct task *task = child.task;
  const struct input *inputs = task->run->inputs;
  struct input_end *ends = task->control->ends;
  size_t next = index + 1;
  for (; next < task->end && inputs[next].group == inputs[index].group; next++) {
    ends[next] = ends[index];
    ends[next].done = SKIPPED_WITH_GROUP;
  }
  return next;
}

/* False if the next input needs another process. */
static bool run_input(size_t index) {
  const struct task *task = child.task;
  struct control *control = task->control;
  struct input_end *end = &control->ends[index];
  control->current = (uint32_t)index;
  uint64_t started_us = cpu_us();
  int status;
  bool properly = run_until_exit(run_unit, (void *)&task->run->inputs[index], &status);
  end->properly = properly;
  if (task->isolated) {
    /* A hint: what counts is how the process ends. */
    end->done = DONE;
    syscall(__NR_exit_group, status);
    __builtin_unreachable();
  }
  end->cpu_us = cpu_us() - started_us;
  end->status = (uint32_t)status;
  end->output_end = (uint64_t)lseek(OUTPUT_FD, 0, SEEK_END);
  end->error_end = (uint64_t)lseek(ERROR_FD, 0, SEEK_END);
  end->record_end = (uint64_t)lseek(RECORD_FD, 0, SEEK_END);
  __atomic_thread_fence(__ATOMIC_SEQ_CST);
  end->done = DONE;
  return end->output_end < SHARED_OUTPUT_BYTES && end->error_end < SHARED_OUTPUT_BYTES / 4 &&
         end->record_end < SHARED_OUTPUT_BYTES;
}

__attribute__((noinline)) static _Noreturn void run_inputs(void) {
  const struct task *task = child.task;
  for (size_t index = task->first, next; index < child.end; index = next) {
    prepare_process(index);
    if (is_shared() && index == task->first) child.size_at_start = process_pages();
    if (!run_input(index)) break;
    next = is_group_over(index) ? skip_group(index) : index + 1;
    if (next >= child.end) break;
    if (!is_sanitizing()) restore_heap();
    if (has_grown()) break;
  }
  stop(PHASE_FINISHED, NULL);
}

_Noreturn void run_task(const struct task *task) {
  child.task = task;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != task->parent) syscall(__NR_exit_group, 0);
  signal(SIGPIPE, SIG_DFL);
  vary_addresses();
  /* Shifts the stack for as long as this function does not return. */
  unsigned char *shift = alloca(task->random % 4096 * 16 + 16);
  __asm__ volatile("" : : "r"(shift) : "memory");
  if (!place_unit_stack(stack_fill(&task->run->inputs[task->first]))) stop(PHASE_BROKEN, "filling the stack");
  if (!is_sanitizing()) {
    child.heap_start = next_page(sbrk(0));
    child.heap_end = outside_symbol("__curbrk");
  }
  make_room_for_environment();
  confine();
  arrange_files();
  set_limits();
  load_images();
  filter_calls();
  task->control->phase = PHASE_RUNNING;
  run_inputs();
}
