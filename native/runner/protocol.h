/*
 * The messages between the host (src/sandbox/protocol.ts) and the supervisor.
 *
 * A message is a frame: u32 length, then that many bytes. All integers are little-endian; `bytes` is u32 length +
 * bytes; a list is u32 count + that many `bytes`. The supervisor sends one hello, then answers each request in turn.
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
#include <stdlib.h>
#include <string.h>

#define PROTOCOL_VERSION 1u
#define MAX_FRAME_BYTES (1u << 30)

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

struct bytes {
  const char *data;
  uint32_t length;
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

/* Reads a frame from front to back; once something is missing every further read gives zeros and ok is false. */
struct reader {
  char *at;
  char *end;
  bool ok;
};

static inline bool reader_has(struct reader *reader, size_t length) {
  if (!reader->ok || (size_t)(reader->end - reader->at) < length) reader->ok = false;
  return reader->ok;
}

static inline uint64_t read_uint(struct reader *reader, size_t width) {
  uint64_t value = 0;
  if (!reader_has(reader, width)) return 0;
  for (size_t i = 0; i < width; i++) value |= (uint64_t)(unsigned char)reader->at[i] << (8 * i);
  reader->at += width;
  return value;
}

static inline uint32_t read_u32(struct reader *reader) { return (uint32_t)read_uint(reader, 4); }
static inline uint64_t read_u64(struct reader *reader) { return read_uint(reader, 8); }

static inline struct bytes read_bytes(struct reader *reader) {
  uint32_t length = read_u32(reader);
  if (!reader_has(reader, length)) return (struct bytes){NULL, 0};
  struct bytes bytes = {reader->at, length};
  reader->at += length;
  return bytes;
}

/* A C string made in place: the text moves over its own length field, which makes room for the final NUL. */
static inline char *read_string(struct reader *reader) {
  char *start = reader->at;
  struct bytes bytes = read_bytes(reader);
  if (!reader->ok) return NULL;
  memmove(start, bytes.data, bytes.length);
  start[bytes.length] = '\0';
  return start;
}

/* A NULL-terminated vector of strings, `first` (if any) before those of the frame; the caller frees it. */
static inline char **read_strings(struct reader *reader, char *first) {
  uint32_t count = read_u32(reader);
  /* Each string takes at least its length field, which bounds the count by the frame. */
  if (!reader->ok || count > (size_t)(reader->end - reader->at) / 4) {
    reader->ok = false;
    return NULL;
  }
  char **strings = calloc((size_t)count + 2, sizeof *strings);
  if (!strings) {
    reader->ok = false;
    return NULL;
  }
  size_t used = 0;
  if (first) strings[used++] = first;
  for (uint32_t i = 0; i < count; i++) strings[used++] = read_string(reader);
  return strings;
}

/* Fills `request` from a frame, whose bytes it then refers to. False if the frame is malformed. */
static inline bool parse_request(char *frame, size_t length, struct request *request) {
  struct reader reader = {frame, frame + length, true};
  *request = (struct request){.flags = read_u32(&reader)};
  uint64_t *limits[] = {&request->limits.cpu_ms,      &request->limits.wall_ms,     &request->limits.memory_bytes,
                        &request->limits.data_bytes,  &request->limits.stack_bytes, &request->limits.output_bytes,
                        &request->limits.record_bytes};
  for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) *limits[i] = read_u64(&reader);
  char *path = read_string(&reader);
  request->path = path;
  request->argv = read_strings(&reader, path);
  request->environment = read_strings(&reader, NULL);
  request->input = read_bytes(&reader);
  request->args = read_bytes(&reader);
  return reader.ok && reader.at == reader.end;
}

static inline char *write_uint(char *at, uint64_t value, size_t width) {
  for (size_t i = 0; i < width; i++) at[i] = (char)(value >> (8 * i));
  return at + width;
}
