/*
 * The messages between the host (src/sandbox/protocol.ts) and the supervisor, encoded as frame.h says. The judge box
 * and the unit runners share the limits and the kinds of response.
 *
 * The supervisor sends one hello, then answers each request in turn.
 *
 *   hello     u32 version | u32 landlock ABI (0: none) | u32 seccomp (0 or 1)
 *   request   u32 flags | u64 cpu ms | u64 wall ms | u64 memory bytes | u64 data bytes | u64 stack bytes
 *             | u64 output bytes | u64 record bytes
 *             | bytes path | list argv[1..] | list environment | bytes stdin | bytes args (descriptor 4)
 *   response  u32 kind | u32 code | u64 cpu us | u64 wall us | u64 max RSS bytes
 *             | bytes stdout | bytes stderr | bytes record
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "frame.h"

#define PROTOCOL_VERSION 1u

enum request_flag { FLAG_NO_ASLR = 1, FLAG_WANT_RECORD = 2 };

/* `code` is the exit status, the signal number, or 0. */
enum response_kind {
  KIND_EXITED = 0,
  KIND_SIGNALED = 1,
  KIND_CPU_TIMEOUT = 2,
  KIND_WALL_TIMEOUT = 3,
  KIND_OUTPUT_LIMIT = 4,
  KIND_MEMORY_LIMIT = 5,
  KIND_FORBIDDEN_SYSCALL = 6,
  /* The run could not be made; stderr says why. */
  KIND_FAILED = 7,
};

struct limits {
  uint64_t cpu_ms, wall_ms;
  /* 0 means no limit for these three. */
  uint64_t memory_bytes, data_bytes, stack_bytes;
  uint64_t output_bytes, record_bytes;
};

struct request {
  uint32_t flags;
  struct limits limits;
  const char *path;
  /* NULL-terminated, pointing into the frame. argv[0] is the path. */
  char **argv;
  char **environment;
  struct bytes input, args;
};

static inline struct limits read_limits(struct reader *reader) {
  struct limits limits;
  uint64_t *const fields[] = {&limits.cpu_ms,      &limits.wall_ms,      &limits.memory_bytes, &limits.data_bytes,
                              &limits.stack_bytes, &limits.output_bytes, &limits.record_bytes};
  for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) *fields[i] = read_u64(reader);
  return limits;
}

/* Fills `request` from a frame, whose bytes it then refers to. False if the frame is malformed. */
static inline bool parse_request(char *frame, size_t length, struct request *request) {
  struct reader reader = {frame, frame + length, true};
  *request = (struct request){.flags = read_u32(&reader)};
  request->limits = read_limits(&reader);
  char *path = read_string(&reader);
  request->path = path;
  request->argv = read_strings(&reader, path);
  request->environment = read_strings(&reader, NULL);
  request->input = read_bytes(&reader);
  request->args = read_bytes(&reader);
  return reader.ok && reader.at == reader.end;
}
