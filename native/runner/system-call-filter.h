/*
 * The system calls a unit may make: what a glibc program, plain or built with ASan, UBSan or MSan, needs to read its
 * standard input and write its standard output. Any other call ends the process at once (SECCOMP_RET_KILL_PROCESS),
 * which the supervisor reports; there is no way to catch that.
 *
 * Not guaranteed: the filter cannot look behind pointers, so file names are left to the mount namespace and Landlock.
 */
#pragma once

#include <asm/ioctls.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#define FILTER_ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define FILTER_ARCH AUDIT_ARCH_AARCH64
#else
#error "units run on x86-64 and aarch64 only: add this machine's AUDIT_ARCH"
#endif

/* The kernel's own bit; O_TMPFILE of libc also contains O_DIRECTORY, which reading may use. */
#define KERNEL_O_TMPFILE 020000000

/* Calls that are harmless whatever their arguments. */
/* clang-format off */
static const int allowed_calls[] = {
    __NR_read, __NR_write, __NR_mmap, __NR_munmap, __NR_brk, __NR_mprotect, __NR_close, __NR_lseek, __NR_fstat,
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

struct filter_program {
  struct sock_filter code[320];
  unsigned short length;
};

static inline void emit(struct filter_program *program, uint16_t code, uint32_t value, uint8_t if_true,
                        uint8_t if_false) {
  /* Room for every rule is fixed at compile time; a filter that does not fit would be a bug of this file. */
  if (program->length == sizeof program->code / sizeof *program->code) abort();
  program->code[program->length++] = (struct sock_filter){code, if_true, if_false, value};
}

static inline void emit_load(struct filter_program *program, size_t offset) {
  emit(program, BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset, 0, 0);
}

static inline void emit_return(struct filter_program *program, uint32_t action) {
  emit(program, BPF_RET | BPF_K, action, 0, 0);
}

/* Above every call number of the tables; mseal, 462, is the greatest in them. */
#define CALL_NUMBERS 512

/* Runs of call numbers that share an answer: the first of each; the answers alternate. */
struct ranges {
  uint32_t starts[CALL_NUMBERS + 1];
  size_t count;
  bool first_allowed;
};

static inline void find_ranges(struct ranges *ranges, const int *calls, size_t count) {
  bool allowed[CALL_NUMBERS + 1] = {false};
  for (size_t i = 0; i < count; i++) allowed[calls[i]] = true;
  ranges->starts[0] = 0;
  ranges->count = 1;
  ranges->first_allowed = allowed[0];
  for (uint32_t call = 1; call <= CALL_NUMBERS; call++)
    if (allowed[call] != allowed[call - 1]) ranges->starts[ranges->count++] = call;
}

/*
 * Code that looks the call up by halving `ranges[from, to)`. On installing a filter the kernel walks it for every call
 * number there is, for each run anew: a plain sequence of comparisons makes a run a tenth slower.
 */
static inline void emit_search(struct filter_program *program, const struct ranges *ranges, size_t from, size_t to) {
  if (to - from == 1) {
    bool allowed = ranges->first_allowed == (from % 2 == 0);
    if (allowed) {
      emit_return(program, SECCOMP_RET_ALLOW);
    } else {
      /* To the rules behind the search; allow_calls fills in how far that is. */
      emit(program, BPF_JMP | BPF_JA, 0, 0, 0);
    }
    return;
  }
  size_t middle = from + (to - from) / 2, branch = program->length;
  emit(program, BPF_JMP | BPF_JGE | BPF_K, ranges->starts[middle], 0, 0);
  emit_search(program, ranges, from, middle);
  size_t skipped = program->length - branch - 1;
  if (skipped > UINT8_MAX) abort();
  program->code[branch].jt = (uint8_t)skipped;
  emit_search(program, ranges, middle, to);
}

/* What is not among `calls` goes on behind the code that this emits. */
static inline void allow_calls(struct filter_program *program, const int *calls, size_t count) {
  size_t start = program->length;
  emit_load(program, offsetof(struct seccomp_data, nr));
  struct ranges ranges;
  find_ranges(&ranges, calls, count);
  emit_search(program, &ranges, 0, ranges.count);
  for (size_t i = start; i < program->length; i++)
    if (program->code[i].code == (BPF_JMP | BPF_JA)) program->code[i].k = (uint32_t)(program->length - i - 1);
}

/* One argument that has to hold for a call to be allowed: (argument & mask) == value. */
struct condition {
  int argument;
  uint64_t mask, value;
};

#define ALL_BITS UINT64_MAX
/* For arguments that the kernel reads as 32 bits: the upper half is noise. */
#define LOW_BITS ((uint64_t)UINT32_MAX)

/* One half of an argument; nothing where no bit of it counts. A failing comparison does not know yet where to jump. */
static inline void emit_half(struct filter_program *program, size_t offset, uint32_t mask, uint32_t value) {
  if (mask == 0) return;
  emit_load(program, offset);
  if (mask != UINT32_MAX) emit(program, BPF_ALU | BPF_AND | BPF_K, mask, 0, 0);
  emit(program, BPF_JMP | BPF_JEQ | BPF_K, value, 0, 0);
}

/* Answers `call` with `action` if all conditions hold. Several rules may name one call; the first that holds decides. */
static inline void answer_if(struct filter_program *program, uint32_t action, int call,
                             const struct condition *conditions, size_t count) {
  emit_load(program, offsetof(struct seccomp_data, nr));
  size_t first = program->length;
  emit(program, BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)call, 0, 0);
  for (size_t i = 0; i < count; i++) {
    /* Both machines are little-endian: the low half comes first. */
    size_t offset = offsetof(struct seccomp_data, args) + 8 * (size_t)conditions[i].argument;
    emit_half(program, offset, (uint32_t)conditions[i].mask, (uint32_t)conditions[i].value);
    emit_half(program, offset + 4, (uint32_t)(conditions[i].mask >> 32), (uint32_t)(conditions[i].value >> 32));
  }
  emit_return(program, action);
  for (size_t i = first; i < program->length; i++)
    if (program->code[i].code == (BPF_JMP | BPF_JEQ | BPF_K)) program->code[i].jf = (uint8_t)(program->length - i - 1);
}

#define ANSWER_IF(program, action, call, ...)                                                \
  do {                                                                                       \
    const struct condition conditions_[] = {__VA_ARGS__};                                    \
    answer_if(program, action, call, conditions_, sizeof conditions_ / sizeof *conditions_); \
  } while (0)

#define ALLOW_IF(program, call, ...) ANSWER_IF(program, SECCOMP_RET_ALLOW, call, __VA_ARGS__)

/* Every filter begins so: calls in another machine's numbering are not looked at. */
static inline void begin_filter(struct filter_program *program) {
  program->length = 0;
  emit_load(program, offsetof(struct seccomp_data, arch));
  emit(program, BPF_JMP | BPF_JEQ | BPF_K, FILTER_ARCH, 1, 0);
  emit_return(program, SECCOMP_RET_KILL_PROCESS);
}

/* The rules for the process `self`, which may still execute the file name at address `path`; the end of a filter. */
static inline void emit_unit_rules(struct filter_program *program, uint32_t self, const char *path) {
  allow_calls(program, allowed_calls, sizeof allowed_calls / sizeof *allowed_calls);
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

static inline int install_filter(const struct filter_program *program) {
  struct sock_fprog description = {program->length, (struct sock_filter *)program->code};
  /* Without the flag, kernels before 5.16 switch on a mitigation that slows the unit and here protects nobody. */
  return (int)syscall(__NR_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_SPEC_ALLOW, &description);
}

/* True if the kernel knows seccomp filters and the action that ends a process. */
static inline bool has_seccomp(void) {
  uint32_t action = SECCOMP_RET_KILL_PROCESS;
  return syscall(__NR_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0;
}
