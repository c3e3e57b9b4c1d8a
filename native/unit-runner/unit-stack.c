#define _GNU_SOURCE
#include "unit-stack.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "raw-memory.h"
#include "sanitizers.h"

#define FILLED_BYTES (256u << 10)
/* Few units go deeper: filled by hand, which costs less than giving pages back and getting them anew. */
#define NEAR_BYTES (16u << 10)
/* For the runner's own frames above main's. */
#define OWN_BYTES (8u << 10)
/* Above main's frame; native/harness/start.c has as much. */
#define GUARD_BYTES (32u << 10)
#define FILLS 256

static struct {
  int fd;
  unsigned char *content;
  bool is_written[FILLS];
} fills;

/* Read by the assembly below too. */
__attribute__((visibility("hidden"), used)) struct {
  unsigned char *top, *near, *lowest;
  uint64_t fill;
  unsigned char *guard_end;
} unit_stack;

_Static_assert(sizeof unit_stack == 40, "the assembly knows its layout");

bool open_stack_fill(int fd) {
  if (ftruncate(fd, (off_t)FILLS * FILLED_BYTES) < 0) return false;
  fills.fd = fd;
  fills.content = map_memory(NULL, (size_t)FILLS * FILLED_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (fills.content == MAP_FAILED || madvise(fills.content, (size_t)FILLS * FILLED_BYTES, MADV_DONTFORK) < 0)
    return false;
  return fcntl(fd, F_ADD_SEALS, F_SEAL_FUTURE_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL) == 0;
}

void prepare_stack_fill(uint8_t fill) {
  if (fill == 0 || fills.is_written[fill]) return;
  memset(fills.content + (size_t)fill * FILLED_BYTES, fill, FILLED_BYTES);
  fills.is_written[fill] = true;
}

static bool map_fill(uint8_t fill) {
  unsigned char *wanted = unit_stack.near + NEAR_BYTES - FILLED_BYTES;
  unit_stack.fill = fill;
  return map_memory(wanted, FILLED_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED, fills.fd,
                    (off_t)fill * FILLED_BYTES) == wanted;
}

bool place_unit_stack(uint8_t fill) {
  const uintptr_t frame = (uintptr_t)__builtin_frame_address(0);
  const uintptr_t guard_end = (frame - OWN_BYTES) & ~(uintptr_t)15, top = guard_end - GUARD_BYTES;
  const uintptr_t mapped_end = top & ~(uintptr_t)(PAGE_BYTES - 1);
  struct rlimit limit;
  if (getrlimit(RLIMIT_STACK, &limit) < 0) return false;
  unit_stack.top = (unsigned char *)top;
  unit_stack.guard_end = (unsigned char *)guard_end;
  unit_stack.near = (unsigned char *)(mapped_end - NEAR_BYTES);
  unit_stack.lowest = (unsigned char *)(mapped_end - limit.rlim_cur);
  return map_fill(fill);
}

#if defined(__x86_64__)

/* Fills [near, %rsp), or from a page further below where the stack is deeper than that, and gives back the rest. */
__attribute__((naked)) void fill_stack_below_caller(void) {
  __asm__("  leaq -4096(%rsp), %rax\n"
          "  movq unit_stack+8(%rip), %rdi\n"
          "  cmpq %rdi, %rax\n"
          "  cmovbq %rax, %rdi\n"
          "  andq $-4096, %rdi\n"
          "  movq %rdi, %rsi\n"
          "  movq %rsp, %rcx\n"
          "  subq %rdi, %rcx\n"
          "  movq unit_stack+24(%rip), %rax\n"
          "  rep stosb\n"
          "  movq unit_stack+16(%rip), %rdi\n"
          "  subq %rdi, %rsi\n"
          "  movl $4, %edx\n" /* MADV_DONTNEED: what the stack has not grown to is reported, the rest is done */
          "  movl $28, %eax\n" /* madvise */
          "  syscall\n"
          "  ret\n");
}

/* What reads far above its own frame finds nothing there that is the same every time, and the sanitizers see it. */
static void guard_unit_stack(void) {
  const size_t size = (size_t)(unit_stack.guard_end - unit_stack.top);
  fill_raw(unit_stack.top, (unsigned char)unit_stack.fill, size);
  if (__asan_poison_memory_region) __asan_poison_memory_region(unit_stack.top, size);
  if (__msan_poison) __msan_poison(unit_stack.top, size);
}

/* As if from where main is called: the return address is the only thing on the unit's stack. */
bool refill_unit_stack(uint8_t fill) {
  if (fill != unit_stack.fill && !map_fill(fill)) return false;
  __asm__ volatile("movq %%rsp, %%r12\n"
                   "movq %0, %%rsp\n"
                   "call fill_stack_below_caller\n"
                   "movq %%r12, %%rsp\n"
                   :
                   : "r"(unit_stack.top)
                   : "rax", "rcx", "rdx", "rdi", "rsi", "r11", "r12", "cc", "memory");
  guard_unit_stack();
  return true;
}

int call_on_unit_stack(main_function *function, int argc, char **argv, char **envp) {
  int status;
  __asm__ volatile("movq %%rsp, %%r12\n"
                   "movq %[top], %%rsp\n"
                   "call *%[function]\n"
                   "movq %%r12, %%rsp\n"
                   : "=a"(status), "+D"(argc), "+S"(argv), "+d"(envp)
                   : [top] "r"(unit_stack.top), [function] "r"(function)
                   : "rcx", "r8", "r9", "r10", "r11", "r12", "cc", "memory", "xmm0", "xmm1", "xmm2", "xmm3", "xmm4",
                     "xmm5", "xmm6", "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12", "xmm13", "xmm14", "xmm15");
  return status;
}

#else
#error "units are entered on x86-64 only: this machine needs its own three functions"
#endif
