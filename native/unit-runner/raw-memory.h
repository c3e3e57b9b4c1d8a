/*
 * Memory functions that bypass the sanitizers. A sanitizer's versions of the library's functions would judge the access.
 * They would also touch the shadow of every mapping, which each child would then have to copy.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PAGE_BYTES 4096u

static inline unsigned char *page_of(const void *address) {
  return (unsigned char *)((uintptr_t)address & ~(uintptr_t)(PAGE_BYTES - 1));
}

static inline unsigned char *next_page(const void *address) {
  return page_of((const unsigned char *)address + PAGE_BYTES - 1);
}

/* As mmap, at an address whose shadow is as new. */
static inline void *map_memory(void *wanted, size_t size, int protection, int flags, int fd, off_t offset) {
  return (void *)syscall(__NR_mmap, wanted, size, protection, flags, fd, offset);
}

static inline int unmap_memory(void *start, size_t size) { return (int)syscall(__NR_munmap, start, size); }

static inline void copy_raw(unsigned char *to, const unsigned char *from, size_t size) {
#if defined(__x86_64__)
  __asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(size) : : "memory");
#else
  for (size_t i = 0; i < size; i++) ((volatile unsigned char *)to)[i] = from[i];
#endif
}

static inline void fill_raw(unsigned char *at, unsigned char value, size_t size) {
#if defined(__x86_64__)
  __asm__ volatile("rep stosb" : "+D"(at), "+c"(size) : "a"(value) : "memory");
#else
  for (size_t i = 0; i < size; i++) ((volatile unsigned char *)at)[i] = value;
#endif
}

static inline void zero_raw(unsigned char *at, size_t size) { fill_raw(at, 0, size); }

static inline bool same_raw(const void *a, const void *b, size_t size) {
  const unsigned char *from = a, *with = b;
  uint64_t difference = 0, x, y;
  size_t at = 0;
  for (; at + sizeof x <= size; at += sizeof x) {
    __builtin_memcpy(&x, from + at, sizeof x);
    __builtin_memcpy(&y, with + at, sizeof y);
    difference |= x ^ y;
  }
  for (; at < size; at++) difference |= (uint64_t)(from[at] ^ with[at]);
  return difference == 0;
}

/* Gives back the pages of private memory, once given as zeros, that hold nothing else: a fork need not copy them. */
void give_back_zeros(unsigned char *start, unsigned char *end);

/*
 * Makes private memory zero again that the kernel gave as zeros. The cost depends on how much of it is in use: pages
 * that are there are zeroed by hand, and the others are left alone. Giving pages back would cost more, for each would
 * have to be got anew.
 */
void clear_memory(unsigned char *start, unsigned char *end);
