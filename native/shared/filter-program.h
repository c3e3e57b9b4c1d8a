/*
 * Writes filters of system calls (seccomp, classic BPF) and installs them. Which calls are allowed is up to the files
 * that include this one: unit-filter.h, ../unit-runner/batch-filter.h and ../judge-box/deny-filter.h.
 */
#pragma once

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#define FILTER_ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define FILTER_ARCH AUDIT_ARCH_AARCH64
#else
#error "units run on x86-64 and aarch64 only: add this machine's AUDIT_ARCH"
#endif

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

/* Above every call number of the tables. The greatest in them is mseal, 462. */
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
 * Emits code that looks the call up by halving `ranges[from, to)`. The kernel walks a filter for every call number when
 * it is installed, which happens in every run: a plain sequence of comparisons makes a run a tenth slower.
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

/* Calls that are not among `calls` reach the code that is emitted next. */
static inline void allow_calls(struct filter_program *program, const int *calls, size_t count) {
  size_t start = program->length;
  emit_load(program, offsetof(struct seccomp_data, nr));
  struct ranges ranges;
  find_ranges(&ranges, calls, count);
  emit_search(program, &ranges, 0, ranges.count);
  for (size_t i = start; i < program->length; i++)
    if (program->code[i].code == (BPF_JMP | BPF_JA)) program->code[i].k = (uint32_t)(program->length - i - 1);
}

/* Holds if (argument & mask) == value. */
struct condition {
  int argument;
  uint64_t mask, value;
};

#define ALL_BITS UINT64_MAX
/* For arguments that the kernel reads as 32 bits, whose upper half is noise. */
#define LOW_BITS ((uint64_t)UINT32_MAX)

/* Emits nothing for a half of which no bit counts. answer_if fills in where a failed comparison jumps to. */
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

/* Every filter begins like this. A call in another machine's numbering ends the process. */
static inline void begin_filter(struct filter_program *program) {
  program->length = 0;
  emit_load(program, offsetof(struct seccomp_data, arch));
  emit(program, BPF_JMP | BPF_JEQ | BPF_K, FILTER_ARCH, 1, 0);
  emit_return(program, SECCOMP_RET_KILL_PROCESS);
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
