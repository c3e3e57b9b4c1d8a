/* Which sanitizer this runner is linked with, if any: its functions are there in that runner alone. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

__attribute__((weak)) void __asan_poison_memory_region(const volatile void *, size_t);
/* ASan forgets what it knew about a stack that is jumped over. */
__attribute__((weak)) void __asan_handle_no_return(void);
__attribute__((weak)) void __msan_poison(const volatile void *, size_t);
__attribute__((weak)) void __msan_unpoison(const volatile void *, size_t);
__attribute__((weak)) void __msan_unpoison_param(size_t);

static inline bool has_asan(void) { return __asan_poison_memory_region; }
static inline bool has_msan(void) { return __msan_unpoison; }
static inline bool is_sanitizing(void) { return has_asan() || has_msan(); }
