/*
 * Landlock for a unit. It may read and execute its box and the system's libraries, and read about itself in /proc. It
 * may use nothing else of the file system, whatever is mounted. Inside a mount namespace this is a second fence. Where
 * no namespace can be made it is the only one.
 */
#pragma once

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Rights newer than the headers this may be built with. */
#define ACCESS_REFER (1ull << 13)
#define ACCESS_TRUNCATE (1ull << 14)
#define ACCESS_IOCTL_DEVICE (1ull << 15)

/* The version of Landlock in this kernel; 0 if it is missing or switched off. */
static inline int landlock_abi(void) {
  long abi = syscall(__NR_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
  return abi < 0 ? 0 : (int)abi;
}

static inline uint64_t handled_rights(int abi) {
  uint64_t rights = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1;
  if (abi >= 2) rights |= ACCESS_REFER;
  if (abi >= 3) rights |= ACCESS_TRUNCATE;
  if (abi >= 5) rights |= ACCESS_IOCTL_DEVICE;
  return rights;
}

/* A path that does not exist on this system grants nothing and is no error. */
static inline int allow_beneath(int ruleset, const char *path, uint64_t rights) {
  int fd = open(path, O_PATH | O_CLOEXEC);
  if (fd < 0) return errno == ENOENT || errno == EACCES ? 0 : -1;
  struct landlock_path_beneath_attr rule = {.allowed_access = rights, .parent_fd = fd};
  int result = (int)syscall(__NR_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
  int saved = errno;
  close(fd);
  errno = saved;
  return result;
}

/* The rules for a process whose working directory is the box, as a descriptor for landlock_restrict_self. */
static inline int file_access_rules(int abi) {
  const uint64_t run = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_EXECUTE;
  const uint64_t look = LANDLOCK_ACCESS_FS_READ_FILE;
  const struct {
    const char *path;
    uint64_t rights;
  } rules[] = {
      {".", run},
      {"/lib", run},
      {"/lib64", run},
      {"/usr/lib", run},
      {"/usr/lib64", run},
      {"/etc/ld.so.cache", look},
      /* Sanitizers find the stack's bounds in /proc/self/maps. */
      {"/proc/self", look},
  };
  struct landlock_ruleset_attr attributes = {.handled_access_fs = handled_rights(abi)};
  int ruleset = (int)syscall(__NR_landlock_create_ruleset, &attributes, sizeof attributes.handled_access_fs, 0);
  if (ruleset < 0) return -1;
  for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
    if (allow_beneath(ruleset, rules[i].path, rules[i].rights) < 0) return -1;
  return ruleset;
}

/* Confines the calling process, whose working directory is the box. Needs no_new_privs. */
static inline int restrict_file_access(int abi) {
  int ruleset = file_access_rules(abi);
  if (ruleset < 0 || syscall(__NR_landlock_restrict_self, ruleset, 0) < 0) return -1;
  return close(ruleset);
}
