/*
 * The system calls that a unit may make in the runner. Alone in a process it may make those of ../shared/unit-filter.h.
 * While several inputs share a process it may make only those that leave nothing behind in the kernel, or nothing that
 * the runner does not put back. A unit that asks for more is ended there, and runs again with a process for every input.
 *
 * Output goes to files in memory. To the unit they look like the pipes that they stand for, so it cannot seek in them.
 */
#pragma once

#include <errno.h>

#include "../shared/unit-filter.h"
#include "task.h"

/* No file name lies there: a unit is not started by execve, so none is allowed. */
#define NO_PATH ((const char *)(uintptr_t)-4096)

static inline void emit_pipe_rules(struct filter_program *program) {
  for (uint64_t fd = 1; fd <= 3; fd++) ANSWER_IF(program, SECCOMP_RET_ERRNO | ESPIPE, __NR_lseek, {0, LOW_BITS, fd});
}

/* clang-format off */
static const int batch_calls[] = {
    __NR_read, __NR_write, __NR_lseek, __NR_readv, __NR_writev, __NR_pread64, __NR_fstat, __NR_newfstatat,
    /* The runner looks for mappings that an input left behind, and puts the heap's end back. */
    __NR_brk, __NR_munmap, __NR_mremap, __NR_madvise, __NR_mincore,
    /* The runner unblocks all signals before every input. */
    __NR_rt_sigprocmask,
    __NR_exit, __NR_exit_group, __NR_futex, __NR_getpid, __NR_gettid, __NR_getrandom, __NR_sched_yield,
    __NR_uname, __NR_sysinfo, __NR_clock_gettime, __NR_clock_getres, __NR_gettimeofday, __NR_getrlimit,
#ifdef __NR_time
    __NR_time,
#endif
};
/* clang-format on */

static inline void build_batch_filter(struct filter_program *program, uint32_t self) {
  begin_filter(program);
  emit_pipe_rules(program);
  allow_calls(program, batch_calls, sizeof batch_calls / sizeof *batch_calls);
  emit_memory_rules(program);
  ALLOW_IF(program, __NR_ioctl, {1, LOW_BITS, TCGETS});
  ALLOW_IF(program, __NR_fcntl, {1, LOW_BITS, F_GETFL});
  ALLOW_IF(program, __NR_tgkill, {0, LOW_BITS, self}, {1, LOW_BITS, self});
  /* Questions: ASan's, about the stacks to forget. */
  ALLOW_IF(program, __NR_sigaltstack, {0, ALL_BITS, 0});
  ALLOW_IF(program, __NR_prlimit64, {0, LOW_BITS, 0}, {2, ALL_BITS, 0});
  /* The runner's own: the next input takes the last one's place in its files. */
  ALLOW_IF(program, __NR_ftruncate, {0, LOW_BITS & ~UINT64_C(1), TEXT_FD});
  emit_return(program, SECCOMP_RET_KILL_PROCESS);
}

static inline void build_single_filter(struct filter_program *program, uint32_t self) {
  begin_filter(program);
  emit_pipe_rules(program);
  emit_unit_rules(program, self, NO_PATH);
}
