/*
 * What every runner of programs needs, whatever fences it puts around them: the descriptors that a program gets, the
 * pipes that are read while it runs, the answer to the host.
 */
#pragma once

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "protocol.h"

#define KEPT_STDERR_BYTES (16u << 10)
#define READ_BYTES (64u << 10)

#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 8u
#endif

/* Bytes read from one pipe: the first `kept` of `total`. */
struct channel {
  int fd;
  char *data;
  size_t kept, capacity;
  uint64_t total, keep_at_most, stop_above;
};

enum { OUT, ERR, RECORD, CHANNELS };

/* The descriptors a child starts from, -1 where the request asks for none. */
struct child_files {
  int input, output, error, record, args;
};

struct result {
  enum response_kind kind;
  uint32_t code;
  uint64_t cpu_us, wall_us, max_rss_bytes;
};

static inline _Noreturn void die(const char *what) {
  fprintf(stderr, "%s: %s: %s\n", program_invocation_short_name, what, strerror(errno));
  exit(1);
}

static inline uint64_t now_us(clockid_t clock) {
  struct timespec time;
  if (clock_gettime(clock, &time) < 0) return 0;
  return (uint64_t)time.tv_sec * 1000000 + (uint64_t)time.tv_nsec / 1000;
}

static inline uint64_t timeval_us(struct timeval time) {
  return (uint64_t)time.tv_sec * 1000000 + (uint64_t)time.tv_usec;
}

/* ---- in the child, between fork and exec: system calls only ---- */

static inline void reset_signals(void) {
  struct sigaction action = {.sa_handler = SIG_DFL};
  for (int signal = 1; signal < NSIG; signal++) sigaction(signal, &action, NULL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
}

static inline bool place(int source, int target) {
  return source < 0 ? close(target), true : dup2(source, target) == target;
}

static inline bool arrange_files(const struct child_files *files) {
  const int sources[] = {files->input, files->output, files->error, files->record, files->args};
  const int count = sizeof sources / sizeof *sources;
  for (int fd = 0; fd < count; fd++)
    if (!place(sources[fd], fd)) return false;
  if (syscall(__NR_close_range, count, ~0u, 0) == 0) return true;
  /* Before Linux 5.9. The supervisor never opens more than a few. */
  for (int fd = count; fd < 1024; fd++) close(fd);
  return true;
}

/* Lowers a limit, soft and hard, but never tries to raise the hard one. */
static inline bool limit(int resource, rlim_t soft, rlim_t hard) {
  struct rlimit current;
  if (getrlimit(resource, &current) < 0) return false;
  struct rlimit wanted = {soft < current.rlim_max ? soft : current.rlim_max,
                          hard < current.rlim_max ? hard : current.rlim_max};
  return setrlimit(resource, &wanted) == 0;
}

/* ---- in the parent ---- */

/* A read-only file in memory that holds `content`, at its beginning; -1 with errno if the system refuses. */
static inline int sealed_file(const char *name, struct bytes content) {
  int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_NOEXEC_SEAL);
  if (fd < 0 && errno == EINVAL) fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (fd < 0) return -1;
  for (size_t done = 0; done < content.length;) {
    ssize_t written = write(fd, content.data + done, content.length - done);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) {
      close(fd);
      return -1;
    }
    done += (size_t)written;
  }
  if (lseek(fd, 0, SEEK_SET) < 0 ||
      fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL) < 0) {
    close(fd);
    return -1;
  }
  return fd;
}

/* The reading end goes to the channel, the writing end to `*writer`. */
static inline bool open_channel(struct channel *channel, int *writer) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) < 0) return false;
  fcntl(ends[0], F_SETFL, O_NONBLOCK);
  channel->fd = ends[0];
  *writer = ends[1];
  return true;
}

static inline void close_fd(int *fd) {
  if (*fd >= 0) close(*fd);
  *fd = -1;
}

static inline void empty_channel(struct channel *channel) {
  close_fd(&channel->fd);
  channel->kept = 0;
  channel->total = 0;
}

static inline void close_child_files(struct child_files *files) {
  close_fd(&files->input);
  close_fd(&files->output);
  close_fd(&files->error);
  close_fd(&files->record);
  close_fd(&files->args);
}

/* All but the input, whose descriptor the files already have. */
static inline bool open_other_files(const struct request *request, struct channel *channels,
                                    struct child_files *files) {
  return (!request->args.length || (files->args = sealed_file("args", request->args)) >= 0) &&
         open_channel(&channels[OUT], &files->output) && open_channel(&channels[ERR], &files->error) &&
         (!(request->flags & FLAG_WANT_RECORD) || open_channel(&channels[RECORD], &files->record));
}

static inline bool open_child_files(const struct request *request, struct channel *channels,
                                    struct child_files *files) {
  *files = (struct child_files){-1, -1, -1, -1, -1};
  return (files->input = sealed_file("stdin", request->input)) >= 0 && open_other_files(request, channels, files);
}

static inline void keep(struct channel *channel, const char *data, size_t length) {
  channel->total += length;
  size_t room = (size_t)(channel->keep_at_most - channel->kept);
  if (length > room) length = room;
  if (channel->kept + length > channel->capacity) {
    size_t capacity = channel->capacity ? channel->capacity : READ_BYTES;
    while (capacity < channel->kept + length) capacity *= 2;
    channel->data = realloc(channel->data, capacity);
    if (!channel->data) die("output buffer");
    channel->capacity = capacity;
  }
  memcpy(channel->data + channel->kept, data, length);
  channel->kept += length;
}

static inline bool is_over(const struct channel *channel) { return channel->total > channel->stop_above; }

/*
 * Reads what is there, until the pipe is empty, closed, or has given too much; at most so many pieces, so that a
 * flood that is thrown away does not keep the caller from looking at the clock.
 */
static inline void drain(struct channel *channel) {
  static char buffer[READ_BYTES];
  for (int pieces = 0; pieces < 16 && channel->fd >= 0 && !is_over(channel); pieces++) {
    ssize_t length = read(channel->fd, buffer, sizeof buffer);
    if (length > 0) {
      keep(channel, buffer, (size_t)length);
    } else if (length == 0 || (errno != EAGAIN && errno != EINTR)) {
      close_fd(&channel->fd);
    } else if (errno == EAGAIN) {
      return;
    }
  }
}

/* The answer to a run that could not be made. */
__attribute__((format(printf, 2, 3))) static inline struct result failed(struct channel *error, const char *format,
                                                                         ...) {
  char text[512];
  va_list arguments;
  va_start(arguments, format);
  int length = vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  error->kept = 0;
  keep(error, text, (size_t)length < sizeof text ? (size_t)length : sizeof text - 1);
  return (struct result){.kind = KIND_FAILED};
}

/* False at the end of the stream. */
static inline bool read_fully(int fd, char *data, size_t length) {
  for (size_t done = 0; done < length;) {
    ssize_t count = read(fd, data + done, length - done);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    done += (size_t)count;
  }
  return true;
}

static inline void write_fully(int fd, const char *data, size_t length) {
  for (size_t done = 0; done < length;) {
    ssize_t count = write(fd, data + done, length - done);
    if (count < 0 && errno == EINTR) continue;
    /* The host is gone. */
    if (count <= 0) exit(0);
    done += (size_t)count;
  }
}

static inline char *write_channel(char *at, const struct channel *channel) {
  at = write_uint(at, channel->kept, 4);
  if (channel->kept) memcpy(at, channel->data, channel->kept);
  return at + channel->kept;
}

static inline void respond(const struct result *result, const struct channel *channels) {
  const size_t fixed = 4 + 4 + 4 + 3 * 8 + 3 * 4;
  size_t length = fixed + channels[OUT].kept + channels[ERR].kept + channels[RECORD].kept;
  char *frame = malloc(length), *at = frame;
  if (!frame) die("response buffer");
  at = write_uint(at, length - 4, 4);
  at = write_uint(at, result->kind, 4);
  at = write_uint(at, result->code, 4);
  at = write_uint(at, result->cpu_us, 8);
  at = write_uint(at, result->wall_us, 8);
  at = write_uint(at, result->max_rss_bytes, 8);
  for (int i = 0; i < CHANNELS; i++) at = write_channel(at, &channels[i]);
  write_fully(STDOUT_FILENO, frame, length);
  free(frame);
}
