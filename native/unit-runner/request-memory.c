#define _GNU_SOURCE
#include "request-memory.h"

#include "../shared/descriptors.h"
#include "../shared/processes.h"
#include "raw-memory.h"

/* Requests and answers above this size give their memory back. */
#define KEPT_BYTES (16u << 20)

static struct {
  int fd;
  char *writable, *readable;
} request;

static struct {
  char *data;
  size_t length;
} answer;

void open_request(void) {
  request.fd = memory_file("frame");
  if (request.fd < 0) die("memfd_create");
  if (ftruncate(request.fd, MAX_FRAME_BYTES) < 0) die("ftruncate");
  request.writable = map_memory(NULL, MAX_FRAME_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, request.fd, 0);
  if (request.writable == MAP_FAILED || madvise(request.writable, MAX_FRAME_BYTES, MADV_DONTFORK) < 0) die("mmap");
  if (fcntl(request.fd, F_ADD_SEALS, F_SEAL_FUTURE_WRITE | F_SEAL_GROW) < 0) die("sealing");
  request.readable = map_memory(NULL, MAX_FRAME_BYTES, PROT_READ, MAP_SHARED, request.fd, 0);
  if (request.readable == MAP_FAILED) die("mmap");
}

char *receive_request(size_t *length) {
  char header[4];
  if (!read_fully(STDIN_FILENO, header, sizeof header)) return NULL;
  struct reader reader = {header, header + sizeof header, true};
  *length = read_u32(&reader);
  if (*length > MAX_FRAME_BYTES) die("request too large");
  return read_fully(STDIN_FILENO, request.writable, *length) ? request.readable : NULL;
}

/* Sealed as it is, the file gives no memory back for as long as it exists. */
void release_request(size_t length) {
  if (length <= KEPT_BYTES) return;
  if (unmap_memory(request.writable, MAX_FRAME_BYTES) < 0 || unmap_memory(request.readable, MAX_FRAME_BYTES) < 0 ||
      close(request.fd) < 0)
    die("closing the frame");
  open_request();
}

void open_answer(void) {
  answer.data =
      map_memory(NULL, MAX_FRAME_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (answer.data == MAP_FAILED || madvise(answer.data, MAX_FRAME_BYTES, MADV_DONTFORK) < 0) die("mmap");
}

void begin_answer(size_t head) {
  if (answer.length > KEPT_BYTES) madvise(answer.data, MAX_FRAME_BYTES, MADV_DONTNEED);
  answer.length = 4 + head;
}

void put_uint(uint64_t value, size_t width) {
  if (MAX_FRAME_BYTES - answer.length < width) die("an answer too large");
  write_uint(answer.data + answer.length, value, width);
  answer.length += width;
}

void put_bytes(const char *data, size_t length) {
  put_uint(length, 4);
  if (MAX_FRAME_BYTES - answer.length < length) die("an answer too large");
  copy_raw((unsigned char *)answer.data + answer.length, (const unsigned char *)data, length);
  answer.length += length;
}

void send_answer(const char *head, size_t head_length) {
  char *at = write_uint(answer.data, answer.length - 4, 4);
  memcpy(at, head, head_length);
  send_to_host(answer.data, answer.length);
}
