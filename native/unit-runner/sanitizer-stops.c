#include "sanitizer-stops.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "task.h"
#include "unit-calls.h"

#if defined RUNNER_MSAN || defined RUNNER_ASAN

struct stop {
  const char *name;
  void *function;
};

static void *find_stop(const struct stop *stops, size_t count, const char *name) {
  for (size_t i = 0; i < count; i++)
    if (strcmp(stops[i].name, name) == 0) return stops[i].function;
  return NULL;
}

#endif

#if defined RUNNER_MSAN

static _Noreturn void stop_uninitialized(void) {
  static const char report[] = "WARNING: MemorySanitizer: use-of-uninitialized-value\n";
  (void)!write(STDERR_FILENO, report, sizeof report - 1);
  return_from_unit(SANITIZER_EXIT);
}

void *sanitizer_stop(const char *name) {
  static const struct stop stops[] = {
      {"__msan_warning_noreturn", (void *)stop_uninitialized},
      {"__msan_warning_with_origin_noreturn", (void *)stop_uninitialized},
  };
  return find_stop(stops, sizeof stops / sizeof *stops, name);
}

#elif defined RUNNER_ASAN

/* compiler-rt/lib/asan/asan_mapping.h for x86-64 and Linux. */
#define SHADOW_OFFSET UINT64_C(0x7fff8000)
enum { SHADOW_SCALE = 3, GRANULARITY = 1 << SHADOW_SCALE };

/* As compiler-rt/lib/asan/asan_errors.cpp (ErrorGeneric) names the fault by the shadow of the bad address. */
static const char *fault_name(uintptr_t address, size_t size) {
  const volatile uint8_t *shadow = (const volatile uint8_t *)((address >> SHADOW_SCALE) + SHADOW_OFFSET);
  if (*shadow == 0 && size > GRANULARITY) shadow++;
  if (*shadow > 0 && *shadow < 128) shadow++;
  switch (*shadow) {
    case 0xfa:
    case 0xac: return "heap-buffer-overflow";
    case 0xfd: return "heap-use-after-free";
    case 0xf1: return "stack-buffer-underflow";
    case 0xf2:
    case 0xf3: return "stack-buffer-overflow";
    case 0xf5: return "stack-use-after-return";
    case 0xf7: return "use-after-poison";
    case 0xf8: return "stack-use-after-scope";
    case 0xf9: return "global-buffer-overflow";
    case 0xca:
    case 0xcb: return "dynamic-stack-buffer-overflow";
    default: return "unknown-crash";
  }
}

static _Noreturn void stop_access(uintptr_t address, size_t size) {
  dprintf(STDERR_FILENO, "ERROR: AddressSanitizer: %s on address %#lx\n", fault_name(address, size),
          (unsigned long)address);
  return_from_unit(SANITIZER_EXIT);
}

#define ACCESS_STOP(size) \
  static _Noreturn void stop_access##size(uintptr_t address) { stop_access(address, size); }
ACCESS_STOP(1)
ACCESS_STOP(2)
ACCESS_STOP(4)
ACCESS_STOP(8)
ACCESS_STOP(16)

const char *__asan_get_report_description(void);

/* Called by the runtime before it prints what it found by itself, which takes milliseconds: the process is lost, for
 * the runtime holds its locks, but not the time. */
void __asan_on_error(void) {
  dprintf(STDERR_FILENO, "ERROR: AddressSanitizer: %s\n", __asan_get_report_description());
  syscall(__NR_exit_group, SANITIZER_EXIT);
}

/* The handler that goes on prints the report; it is the runner that does not go on. No handler has more arguments. */
#define FOR_EACH_CHECK(DO)   \
  DO(type_mismatch_v1)       \
  DO(alignment_assumption)   \
  DO(add_overflow)           \
  DO(sub_overflow)           \
  DO(mul_overflow)           \
  DO(negate_overflow)        \
  DO(divrem_overflow)        \
  DO(shift_out_of_bounds)    \
  DO(out_of_bounds)          \
  DO(vla_bound_not_positive) \
  DO(float_cast_overflow)    \
  DO(load_invalid_value)     \
  DO(implicit_conversion)    \
  DO(invalid_builtin)        \
  DO(nonnull_arg)            \
  DO(nonnull_return_v1)      \
  DO(pointer_overflow)       \
  DO(function_type_mismatch)

#define UNDEFINED_STOP(check)                                                             \
  void __ubsan_handle_##check(void *, uintptr_t, uintptr_t, uintptr_t);                   \
  static _Noreturn void stop_##check(void *data, uintptr_t a, uintptr_t b, uintptr_t c) { \
    __ubsan_handle_##check(data, a, b, c);                                                \
    return_from_unit(SANITIZER_EXIT);                                                     \
  }
FOR_EACH_CHECK(UNDEFINED_STOP)

void *sanitizer_stop(const char *name) {
#define ACCESS_ENTRY(kind, size) {"__asan_report_" #kind #size, (void *)stop_access##size}
#define UNDEFINED_ENTRY(check) {"__ubsan_handle_" #check "_abort", (void *)stop_##check},
  static const struct stop stops[] = {ACCESS_ENTRY(load, 1),
                                      ACCESS_ENTRY(store, 1),
                                      ACCESS_ENTRY(load, 2),
                                      ACCESS_ENTRY(store, 2),
                                      ACCESS_ENTRY(load, 4),
                                      ACCESS_ENTRY(store, 4),
                                      ACCESS_ENTRY(load, 8),
                                      ACCESS_ENTRY(store, 8),
                                      ACCESS_ENTRY(load, 16),
                                      ACCESS_ENTRY(store, 16),
                                      {"__asan_report_load_n", (void *)stop_access},
                                      {"__asan_report_store_n", (void *)stop_access},
                                      FOR_EACH_CHECK(UNDEFINED_ENTRY)};
  return find_stop(stops, sizeof stops / sizeof *stops, name);
}

#else

void *sanitizer_stop(const char *name) {
  (void)name;
  return NULL;
}

#endif
