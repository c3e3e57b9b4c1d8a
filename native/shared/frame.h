/*
 * The encoding of the messages between the host and the programs here.
 *
 * A message is a frame: u32 length, then that many bytes. All integers are little-endian; `bytes` is u32 length +
 * bytes; a list is u32 count + that many `bytes`.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define MAX_FRAME_BYTES (1u << 30)

struct bytes {
  const char *data;
  uint32_t length;
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

static inline char *write_uint(char *at, uint64_t value, size_t width) {
  for (size_t i = 0; i < width; i++) at[i] = (char)(value >> (8 * i));
  return at + width;
}
