/*
 * What clang's x86-64 objects ask of a linker (System V ABI, AMD64 supplement, "Relocation"): position-independent
 * code and data. A type that is not here makes the unit one for the real linker.
 */
#pragma once

#include <elf.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define IMAGE_MACHINE EM_X86_64
/* In user space that ASan and MSan leave to the program, above their heaps (ASan's ends at 0x540000000000) and the
 * executable's, below MSan's and the stack. */
#define LOWEST_IMAGE_ADDRESS 0x580000000000u
#define IMAGE_PAGES (0x030000000000u >> 12)

#define STUB_BYTES 16

enum relocation_need {
  NEEDS_UNKNOWN,
  /* The symbol's address alone. */
  NEEDS_ADDRESS,
  /* A call: where the function is too far away, a stub near by that jumps there. */
  NEEDS_CALL,
  /* A slot that holds the address. */
  NEEDS_SLOT,
  /* A slot that holds a thread-local variable's distance from the thread pointer. */
  NEEDS_THREAD_SLOT,
};

static inline enum relocation_need relocation_need(uint32_t type) {
  switch (type) {
    case R_X86_64_64:
    case R_X86_64_PC64:
    case R_X86_64_PC32:
    case R_X86_64_32:
    case R_X86_64_32S: return NEEDS_ADDRESS;
    case R_X86_64_PLT32: return NEEDS_CALL;
    case R_X86_64_GOTPCREL:
    case R_X86_64_GOTPCRELX:
    case R_X86_64_REX_GOTPCRELX: return NEEDS_SLOT;
    case R_X86_64_GOTTPOFF: return NEEDS_THREAD_SLOT;
    default: return NEEDS_UNKNOWN;
  }
}

/* `target` is the symbol, its stub or its slot, as needed. False if it is out of the instruction's reach. */
static inline bool relocate(uint32_t type, unsigned char *place, uint64_t target, int64_t addend) {
  uint64_t value = target + (uint64_t)addend;
  switch (type) {
    case R_X86_64_64: break;
    case R_X86_64_32:
      if (value > UINT32_MAX) return false;
      break;
    case R_X86_64_32S:
      if ((int64_t)value != (int32_t)value) return false;
      break;
    default:
      value -= (uint64_t)(uintptr_t)place;
      if (type != R_X86_64_PC64 && (int64_t)value != (int32_t)value) return false;
  }
  memcpy(place, &value, type == R_X86_64_64 || type == R_X86_64_PC64 ? 8 : 4);
  return true;
}

static inline size_t relocation_width(uint32_t type) { return type == R_X86_64_64 || type == R_X86_64_PC64 ? 8 : 4; }

/* jmp *slot(%rip) */
static inline void write_stub(unsigned char *stub, const unsigned char *slot) {
  int32_t distance = (int32_t)(slot - (stub + 6));
  memcpy(stub, "\xff\x25", 2);
  memcpy(stub + 2, &distance, sizeof distance);
}
