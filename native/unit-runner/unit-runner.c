/*
 * unit-runner RUNG FILL: loads units from objects and runs them on many inputs, in child processes. messages.h has the
 * messages. It is built three times: plain, with ASan and UBSan, with MSan.
 *
 * In: requests on standard input. Out: responses on standard output. RUNG is what surrounds it, as for the
 * supervisor. FILL is the byte that a sanitizer's allocator fills memory with, fixed when its process starts.
 *
 * A unit never runs in this process. Each child loads the objects anew, at other addresses, under the limits and
 * filters that the supervisor gives a unit. Several inputs may share a child, and several images. Each input finds the
 * memory of its image and of the C library as it was before the first. A fault costs only the input that has it. Where a limit or a filter
 * ends a child in an input that was not its first, that input gets a new child.
 *
 * The parent judges by what the kernel says of the child and by the size of its output. It believes the child's own
 * word for the exit status and the CPU time of inputs that the child finished.
 *
 * Not guaranteed: that a unit with undefined behaviour gives the same when it shares a child as when it does not. With
 * RUN_ISOLATED it never shares one.
 */
#define _GNU_SOURCE
#include <link.h>
#include <malloc.h>
#include <sys/personality.h>
#include <sys/prctl.h>

#include "../shared/descriptors.h"
#include "../shared/file-access.h"
#include "../shared/filter-program.h"
#include "../shared/processes.h"
#include "../shared/run-end.h"
#include "answer-requests.h"
#include "library-state.h"
#include "messages.h"
#include "outside-symbols.h"
#include "raw-memory.h"
#include "request-memory.h"
#include "run-child.h"
#include "sanitizers.h"

#define STACK_BYTES (64u << 20)

#define STARTED "GEPO_UNIT_RUNNER_STARTED"

/*
 * Executes this program once more with what only a new process can have: a limit of the stack, by which the kernel lays
 * out the address space, the sanitizer's options, and for MSan an address space that is not randomised.
 */
static void restart(char **argv) {
  if (getenv(STARTED)) return;
  char options[512];
  struct rlimit stack = {STACK_BYTES, STACK_BYTES}, current;
  if (getrlimit(RLIMIT_STACK, &current) < 0) die("getrlimit");
  stack.rlim_max = current.rlim_max;
  if (current.rlim_max != RLIM_INFINITY && current.rlim_max < stack.rlim_cur) stack.rlim_cur = current.rlim_max;
  if (setrlimit(RLIMIT_STACK, &stack) < 0) die("setrlimit");
  if (has_msan()) personality(ADDR_NO_RANDOMIZE);
  clearenv();
  setenv(STARTED, "1", 1);
  setenv("LC_ALL", "C", 1);
  /* What is bound here once need not be bound in every child. */
  setenv("LD_BIND_NOW", "1", 1);
  /* Of a report only its first line is read. */
  snprintf(options, sizeof options,
           "detect_leaks=0:symbolize=0:exitcode=%d:detect_stack_use_after_return=1:max_malloc_fill_size=1048576:"
           "fast_unwind_on_fatal=1:malloc_context_size=0:print_legend=0:print_summary=0:malloc_fill_byte=%d",
           SANITIZER_EXIT, atoi(argv[2]));
  if (has_asan()) setenv("ASAN_OPTIONS", options, 1);
  /* The host tells UBSan to halt in a process of the unit's own. Here the handler must come back: see
   * sanitizer-stops.h. */
  snprintf(options, sizeof options, "halt_on_error=0:symbolize=0:exitcode=%d", SANITIZER_EXIT);
  if (has_asan()) setenv("UBSAN_OPTIONS", options, 1);
  snprintf(options, sizeof options,
           "symbolize=0:exit_code=%d:fast_unwind_on_fatal=1:handle_segv=0:handle_sigbus=0:handle_sigfpe=0",
           SANITIZER_EXIT);
  if (has_msan()) setenv("MSAN_OPTIONS", options, 1);
  execv(argv[0], argv);
  die("execv");
}

/* Grows the stack to its limit, so that children have all of it: a stack that grew in one input could not be made small
 * again for the next. Only the kernel's books grow. */
static void grow_stack(void) {
  const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
  struct rlimit stack;
  if (getrlimit(RLIMIT_STACK, &stack) < 0) die("getrlimit");
  /* Arguments and environment lie above this frame, and the kernel keeps a gap below. */
  uintptr_t lowest = ((uintptr_t)__builtin_frame_address(0) & ~(page - 1)) - stack.rlim_cur + (1u << 20);
  *(volatile char *)lowest = 0;
  madvise((void *)lowest, page, MADV_DONTNEED);
}

/* A sanitizer's runtime clears tables that few runs use. Their pages are given back. */
static int give_back_zeros_of_program(struct dl_phdr_info *info, size_t size, void *data) {
  (void)size, (void)data;
  for (int i = 0; i < info->dlpi_phnum; i++) {
    const ElfW(Phdr) *header = &info->dlpi_phdr[i];
    if (header->p_type != PT_LOAD || !(header->p_flags & PF_W)) continue;
    unsigned char *start = (unsigned char *)info->dlpi_addr + header->p_vaddr;
    /* What the file holds would come back from there. */
    give_back_zeros(start + header->p_filesz, start + header->p_memsz);
  }
  /* The first object is the program itself, and only its memory is meant. */
  return 1;
}

/* Limits that are the same for all units and do not hinder this process. Children inherit them. */
static void limit_self(void) {
  if (!lower_limit(RLIMIT_CORE, 1, 1) || !lower_limit(RLIMIT_MEMLOCK, 0, 0) ||
      !lower_limit(RLIMIT_NOFILE, MAX_OPEN_FILES, MAX_OPEN_FILES))
    die("setting limits");
}

int main(int argc, char **argv) {
  struct fences fences = {.rung = argc == 3 ? find_rung(argv[1]) : NULL};
  if (!fences.rung) {
    dprintf(STDERR_FILENO, "usage: unit-runner " RUNG_NAMES " FILL\n");
    return 2;
  }
  restart(argv);
  grow_stack();
  fences.landlock_abi = landlock_abi();
  fences.has_filter = has_seccomp();
  if (!fences_hold(fences.rung, fences.landlock_abi, fences.has_filter)) {
    dprintf(STDERR_FILENO, "unit-runner: this kernel lacks what is needed (Landlock, seccomp filters)\n");
    return 1;
  }
  signal(SIGPIPE, SIG_IGN);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  prctl(PR_SET_DUMPABLE, 0);
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0) die("prctl");
  /* The numbers below belong to units. The runner's own follow, then those that every child gets. */
  if (!fill_low_descriptors(FIRST_OWN_FD)) die("standard input");
  prepare_children(&fences);
  limit_self();
  open_request();
  open_answer();
  open_task_files();
  if (mallinfo2().arena != 0 && !is_sanitizing()) die("the heap is in use");
  if (!keep_library_state()) die("keeping the C library's state");
  dl_iterate_phdr(give_back_zeros_of_program, NULL);
  note_outside_symbol("environ");
  note_outside_symbol("__curbrk");
  say_hello(UNIT_RUNNER_VERSION, fences.landlock_abi, fences.has_filter);
  answer_requests();
  return 0;
}
