/*
 * Reading and writing of descriptors, and files in memory, for every program here.
 *
 * What reads and writes is the system call itself. A sanitizer's version of the library's function would look at its
 * shadow of all memory that is passed, and the unit runners are linked with those versions.
 */
#pragma once

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "frame.h"

#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 8u
#endif

/* False at the end of the stream. */
static inline bool read_fully(int fd, char *data, size_t length) {
  for (size_t done = 0; done < length;) {
    ssize_t count = syscall(__NR_read, fd, data + done, length - done);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    done += (size_t)count;
  }
  return true;
}

/* False where the rest cannot be written: the reader is gone, or the file is full. */
static inline bool write_fully(int fd, const char *data, size_t length) {
  for (size_t done = 0; done < length;) {
    ssize_t count = syscall(__NR_write, fd, data + done, length - done);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    done += (size_t)count;
  }
  return true;
}

/* Ends this process if the host is gone. */
static inline void send_to_host(const char *data, size_t length) {
  if (!write_fully(STDOUT_FILENO, data, length)) _exit(0);
}

/* What the supervisor, the judge box and the unit runners say first. */
static inline void say_hello(uint32_t version, int landlock_abi, bool has_filter) {
  char frame[16], *at = frame;
  at = write_uint(at, sizeof frame - 4, 4);
  at = write_uint(at, version, 4);
  at = write_uint(at, (uint64_t)landlock_abi, 4);
  write_uint(at, has_filter, 4);
  send_to_host(frame, sizeof frame);
}

static inline void close_fd(int *fd) {
  if (*fd >= 0) close(*fd);
  *fd = -1;
}

/*
 * Fills the numbers below `first`, so that no descriptor made later lies there: a child puts its own on those numbers,
 * and must not overwrite one that it still needs. False with errno if the system refuses.
 */
static inline bool fill_low_descriptors(int first) {
  for (int fd = 0; fd < first - 1;)
    if ((fd = dup(STDIN_FILENO)) < 0) return false;
  return true;
}

/* An empty file in memory; -1 with errno if the system refuses. */
static inline int memory_file(const char *name) {
  int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_NOEXEC_SEAL);
  /* Before Linux 6.3. */
  return fd < 0 && errno == EINVAL ? memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING) : fd;
}

/* A file in memory that holds `content` and that nobody can write, at its beginning; -1 with errno. */
static inline int sealed_file(const char *name, struct bytes content) {
  int fd = memory_file(name);
  if (fd < 0) return -1;
  const int seals = F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL;
  if (write_fully(fd, content.data, content.length) && lseek(fd, 0, SEEK_SET) == 0 &&
      fcntl(fd, F_ADD_SEALS, seals) == 0)
    return fd;
  close(fd);
  return -1;
}
