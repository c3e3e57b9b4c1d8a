/*
 * The system calls that a unit may make. They are what a glibc program needs to read its standard input and to write
 * its standard output, be it plain or built with ASan, UBSan or MSan. Any other call ends the process at once
 * (SECCOMP_RET_KILL_PROCESS). No unit can catch that, and the supervisor reports it.
 *
 * Not guaranteed: the filter cannot look behind pointers, so file names are left to the mount namespace and Landlock.
 */
#pragma once

#include <asm/ioctls.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include "filter-program.h"

/* The kernel's own bit; O_TMPFILE of libc also contains O_DIRECTORY, which reading may use. */
#define KERNEL_O_TMPFILE 020000000

/* Calls that are harmless whatever their arguments. */
/* clang-format off */
static const int allowed_calls[] = {
    __NR_read, __NR_write, __NR_munmap, __NR_brk, __NR_mprotect, __NR_close, __NR_lseek, __NR_fstat,
    __NR_newfstatat, __NR_pread64, __NR_readv, __NR_writev, __NR_mremap, __NR_madvise, __NR_mincore,
    __NR_exit, __NR_exit_group,
    __NR_rt_sigaction, __NR_rt_sigprocmask, __NR_rt_sigreturn, __NR_sigaltstack, __NR_restart_syscall,
    __NR_futex, __NR_set_tid_address, __NR_set_robust_list,
#ifdef __NR_rseq
    __NR_rseq,
#endif
#ifdef __NR_mseal
    __NR_mseal,
#endif
#ifdef __NR_arch_prctl
    __NR_arch_prctl,
#endif
    /* By writing to a pipe of their own sanitizers find out what memory can be read. */
    __NR_pipe2,
    /* Duplicating one's own descriptors: freopen. */
    __NR_dup, __NR_dup3,
#ifdef __NR_dup2
    __NR_dup2,
#endif
    /* Questions. */
    __NR_getpid, __NR_gettid, __NR_uname, __NR_sysinfo, __NR_getrandom, __NR_sched_getaffinity, __NR_sched_yield,
    __NR_clock_gettime, __NR_clock_getres, __NR_gettimeofday, __NR_getrlimit, __NR_getcwd,
    __NR_readlinkat, __NR_faccessat,
#ifdef __NR_faccessat2
    __NR_faccessat2,
#endif
#ifdef __NR_time
    __NR_time,
#endif
#ifdef __NR_stat
    __NR_stat, __NR_lstat,
#endif
#ifdef __NR_readlink
    __NR_readlink,
#endif
#ifdef __NR_access
    __NR_access,
#endif
};
/* clang-format on */

/*
 * Memory that is shared without a file is of no use to a process that is alone, and pages of it that the process gives
 * up stay with the kernel without counting for anybody.
 */
static inline void emit_memory_rules(struct filter_program *program) {
  const uint64_t shared = MAP_SHARED | MAP_ANONYMOUS;
  ANSWER_IF(program, SECCOMP_RET_KILL_PROCESS, __NR_mmap, {3, shared, shared});
  ALLOW_IF(program, __NR_mmap);
}

/* The rules for the process `self`, which may still execute the file name at address `path`; the end of a filter. */
static inline void emit_unit_rules(struct filter_program *program, uint32_t self, const char *path) {
  allow_calls(program, allowed_calls, sizeof allowed_calls / sizeof *allowed_calls);
  emit_memory_rules(program);
  /* Opening for reading; what can be read is up to the mounts and Landlock. */
  const uint64_t writing = O_ACCMODE | O_CREAT | O_TRUNC | KERNEL_O_TMPFILE;
  ALLOW_IF(program, __NR_openat, {2, writing, 0});
#ifdef __NR_open
  ALLOW_IF(program, __NR_open, {1, writing, 0});
#endif
  /* Is it a terminal? */
  ALLOW_IF(program, __NR_ioctl, {1, LOW_BITS, TCGETS});
  ALLOW_IF(program, __NR_fcntl, {1, LOW_BITS, F_GETFD});
  ALLOW_IF(program, __NR_fcntl, {1, LOW_BITS, F_GETFL});
  ALLOW_IF(program, __NR_fcntl, {1, LOW_BITS, F_SETFD});
  ALLOW_IF(program, __NR_fcntl, {1, LOW_BITS, F_DUPFD});
  ALLOW_IF(program, __NR_fcntl, {1, LOW_BITS, F_DUPFD_CLOEXEC});
  /* raise and abort: signals to itself alone. */
  ALLOW_IF(program, __NR_tgkill, {0, LOW_BITS, self}, {1, LOW_BITS, self});
  ALLOW_IF(program, __NR_tkill, {0, LOW_BITS, self});
  ALLOW_IF(program, __NR_kill, {0, LOW_BITS, self});
  /* Asking for a limit; setting one only for core files, which sanitizers switch off. */
  ALLOW_IF(program, __NR_prlimit64, {0, LOW_BITS, 0}, {2, ALL_BITS, 0});
  ALLOW_IF(program, __NR_prlimit64, {0, LOW_BITS, 0}, {1, LOW_BITS, RLIMIT_CORE});
  ALLOW_IF(program, __NR_personality, {0, LOW_BITS, UINT32_MAX});
  /* The one exec that starts the unit. The address is random and unknown to the unit; one that guessed it would still
   * only run something else under this same filter. */
  ALLOW_IF(program, __NR_execve, {0, ALL_BITS, (uint64_t)(uintptr_t)path});
  emit_return(program, SECCOMP_RET_KILL_PROCESS);
}

static inline void build_unit_filter(struct filter_program *program, uint32_t self, const char *path) {
  begin_filter(program);
  emit_unit_rules(program, self, path);
}
