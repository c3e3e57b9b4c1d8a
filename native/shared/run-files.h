/*
 * What the supervisor and the judge box do alike: they give a program its descriptors, read its pipes while it runs,
 * take frames from the host and answer them.
 */
#pragma once

#include <poll.h>
#include <stdarg.h>

#include "descriptors.h"
#include "processes.h"
#include "run-end.h"

#define READ_BYTES (64u << 10)

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

/* ---- in the parent ---- */

/* The reading end goes to the channel, the writing end to `*writer`. */
static inline bool open_channel(struct channel *channel, int *writer) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) < 0) return false;
  fcntl(ends[0], F_SETFL, O_NONBLOCK);
  channel->fd = ends[0];
  *writer = ends[1];
  return true;
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

/* Opens all files but the input, whose descriptor is there already. */
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

static inline bool any_is_over(const struct channel *channels) {
  return is_over(&channels[OUT]) || is_over(&channels[ERR]) || is_over(&channels[RECORD]);
}

static inline void limit_channels(struct channel *channels, const struct limits *limits) {
  channels[OUT].keep_at_most = channels[OUT].stop_above = limits->output_bytes;
  channels[RECORD].keep_at_most = channels[RECORD].stop_above = limits->record_bytes;
}

/*
 * Reads until the pipe is empty, closed, or has given too much. The number of pieces is bounded, so that a flood that is
 * thrown away does not keep the caller from looking at the clock.
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

/* A channel that is over is not read any more. Poll would return at once for it. */
static inline struct pollfd wanted_from(const struct channel *channel) {
  return (struct pollfd){is_over(channel) ? -1 : channel->fd, POLLIN, 0};
}

/* Waits until a channel has something to read or `pidfd`'s process has ended, and reads. True once it has ended. */
static inline bool read_along(struct channel *channels, int pidfd, uint64_t wait_us) {
  struct pollfd polled[CHANNELS + 1];
  for (int i = 0; i < CHANNELS; i++) polled[i] = wanted_from(&channels[i]);
  polled[CHANNELS] = (struct pollfd){pidfd, POLLIN, 0};
  struct timespec timeout = {(time_t)(wait_us / 1000000), (long)(wait_us % 1000000) * 1000};
  if (ppoll(polled, CHANNELS + 1, &timeout, NULL) < 0) {
    if (errno != EINTR) die("poll");
    return false;
  }
  for (int i = 0; i < CHANNELS; i++)
    if (polled[i].revents) drain(&channels[i]);
  return polled[CHANNELS].revents != 0;
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
  send_to_host(frame, length);
  free(frame);
}

/* The next frame from the host, which the caller frees; NULL once the host is gone. */
static inline char *receive_frame(size_t *length) {
  char header[4];
  if (!read_fully(STDIN_FILENO, header, sizeof header)) return NULL;
  struct reader reader = {header, header + sizeof header, true};
  *length = read_u32(&reader);
  if (*length > MAX_FRAME_BYTES) die("request too large");
  /* One byte more: the last string's end may lie there when the frame is malformed. */
  char *frame = malloc(*length + 1);
  if (!frame) die("request buffer");
  if (read_fully(STDIN_FILENO, frame, *length)) return frame;
  free(frame);
  return NULL;
}

static inline void release_channels(struct channel *channels) {
  for (int i = 0; i < CHANNELS; i++) {
    close_fd(&channels[i].fd);
    free(channels[i].data);
  }
}
