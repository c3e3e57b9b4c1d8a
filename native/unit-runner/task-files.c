#define _GNU_SOURCE
#include "task-files.h"

#include <sys/stat.h>

#include "../shared/descriptors.h"
#include "../shared/processes.h"
#include "raw-memory.h"
#include "task.h"
#include "unit-stack.h"

struct output_file output_files[FILES];
char *text_content, *arguments_content;

static int new_file(const char *name) {
  int fd = memory_file(name);
  if (fd < 0) die("memfd_create");
  return fd;
}

static char *open_input_file(int number) {
  int fd = new_file("input");
  char *content = map_memory(NULL, MAX_FRAME_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (content == MAP_FAILED) die("mmap");
  if (fcntl(fd, F_ADD_SEALS, F_SEAL_FUTURE_WRITE | F_SEAL_SEAL) < 0) die("sealing");
  if (dup3(fd, number, O_CLOEXEC) < 0) die("dup3");
  close(fd);
  return content;
}

static void open_output_file(struct output_file *file, int number) {
  char path[64];
  int fd = new_file("output");
  snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
  /* To a unit it is a pipe's writing end. */
  int writer = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
  if (writer < 0) die("opening a file in memory by /proc");
  if (dup3(writer, number, O_CLOEXEC) < 0) die("dup3");
  close(writer);
  file->fd = fcntl(fd, F_DUPFD_CLOEXEC, FIRST_OWN_FD);
  close(fd);
  file->mapped = SHARED_OUTPUT_BYTES + (64u << 20);
  void *data = map_memory(NULL, file->mapped, PROT_READ, MAP_SHARED, file->fd, 0);
  if (file->fd < 0 || data == MAP_FAILED) die("mmap");
  file->data = data;
}

static void open_fill_file(void) {
  int fd = new_file("fill");
  if (dup3(fd, FILL_FD, O_CLOEXEC) < 0 || !open_stack_fill(FILL_FD)) die("filling stacks");
  close(fd);
}

void open_task_files(void) {
  for (int i = 0; i < FILES; i++) open_output_file(&output_files[i], OUTPUT_FD + i);
  open_fill_file();
  text_content = open_input_file(TEXT_FD);
  arguments_content = open_input_file(ARGUMENTS_FD);
}

uint64_t output_size(int file) {
  struct stat status;
  return fstat(output_files[file].fd, &status) < 0 ? 0 : (uint64_t)status.st_size;
}

void empty_output_files(void) {
  for (int i = 0; i < FILES; i++)
    if (ftruncate(output_files[i].fd, 0) < 0) die("ftruncate");
}
