#define _GNU_SOURCE
#include "box-files.h"

#include <sys/mount.h>
#include <sys/stat.h>

#include "confine.h"

bool write_file(const char *path, struct bytes content, uint32_t mode) {
  int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
  if (fd < 0) return false;
  bool written = write_fully(fd, content.data, content.length);
  return close(fd) == 0 && written;
}

/* Makes the folders that `path` lies in. It is relative to the box. */
static bool make_folders(char *path) {
  for (char *slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/')) {
    *slash = '\0';
    bool made = mkdir(path, 0755) == 0 || errno == EEXIST;
    *slash = '/';
    if (!made) return false;
  }
  return true;
}

struct result prepare(struct reader *reader, struct channel *error) {
  char options[96];
  uint64_t box_bytes = read_u64(reader);
  uint32_t count = read_u32(reader);
  snprintf(options, sizeof options, "size=%llu,nr_inodes=16384,mode=0755", (unsigned long long)box_bytes);
  if (chdir("/") < 0) die("/");
  while (umount2(BOX, MNT_DETACH) == 0) continue;
  if (!mount_temporary(BOX, options)) return failed(error, "cannot mount the box: %s", strerror(errno));
  if (chdir(BOX) < 0) die(BOX);
  for (uint32_t i = 0; i < count; i++) {
    char *path = read_string(reader);
    uint32_t mode = read_u32(reader);
    struct bytes content = read_bytes(reader);
    if (!reader->ok) return failed(error, "malformed request");
    if (make_folders(path) && write_file(path, content, mode)) continue;
    /* There is too much of them. */
    if (errno == ENOSPC) return (struct result){.kind = KIND_OUTPUT_LIMIT};
    return failed(error, "cannot write %s: %s", path, strerror(errno));
  }
  if (chdir("/") < 0) die("/");
  return (struct result){.kind = KIND_EXITED};
}
