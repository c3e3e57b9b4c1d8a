#define _GNU_SOURCE
#include "confine.h"

#include <linux/capability.h>
#include <sched.h>
#include <sys/mount.h>

#include "../shared/processes.h"
#include "../shared/run-end.h"
#include "deny-filter.h"

#define MOST_OPEN_FILES 256
/* Java wants 16, Go and Node 8. Counted for this sandbox alone. */
#define MAX_PROCESSES 96
#define MAX_FILE_BYTES (64u << 20)
#define MAX_BUILT_FILE_BYTES (256u << 20)

bool mount_temporary(const char *path, const char *options) {
  return mount("tmpfs", path, "tmpfs", MS_NOSUID | MS_NODEV, options) == 0;
}

static bool make_read_only(const char *path) {
  return mount(NULL, path, NULL, MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV, NULL) == 0;
}

bool own_mounts(void) { return unshare(CLONE_NEWNS) == 0 && mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0; }

bool mount_own_files(bool writable_box) {
  return mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
         mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) == 0 &&
         mount_temporary("/tmp", "size=64M,nr_inodes=4096,mode=0700") &&
         mount_temporary("/dev/shm", "size=16M,nr_inodes=256,mode=0700") && make_read_only(INPUT) &&
         (writable_box || make_read_only(BOX));
}

bool limit_program(const struct limits *limits, bool writable_box) {
  rlim_t cpu_seconds = limits->cpu_ms / 1000 + 2;
  rlim_t file_bytes = writable_box ? MAX_BUILT_FILE_BYTES : MAX_FILE_BYTES;
  return lower_limit(RLIMIT_CPU, cpu_seconds, cpu_seconds + 1) && lower_limit(RLIMIT_FSIZE, file_bytes, file_bytes) &&
         lower_limit(RLIMIT_CORE, 0, 0) && lower_limit(RLIMIT_NPROC, MAX_PROCESSES, MAX_PROCESSES) &&
         lower_limit(RLIMIT_MEMLOCK, 0, 0) && lower_limit(RLIMIT_NOFILE, MOST_OPEN_FILES, MOST_OPEN_FILES) &&
         (!limits->data_bytes || lower_limit(RLIMIT_DATA, limits->data_bytes, limits->data_bytes)) &&
         (!limits->stack_bytes || lower_limit(RLIMIT_STACK, limits->stack_bytes, limits->stack_bytes));
}

bool limit_compiler(rlim_t memory_bytes) {
  return lower_limit(RLIMIT_FSIZE, MAX_FILE_BYTES, MAX_FILE_BYTES) && lower_limit(RLIMIT_CORE, 0, 0) &&
         lower_limit(RLIMIT_NPROC, MAX_PROCESSES, MAX_PROCESSES) &&
         lower_limit(RLIMIT_DATA, memory_bytes, memory_bytes);
}

bool drop_privileges(void) {
  struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  struct __user_cap_data_struct none[2] = {{0}};
  return prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) == 0 && syscall(SYS_capset, &header, none) == 0 &&
         prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
}

bool filter_calls(bool one_process) {
  struct filter_program filter;
  build_deny_filter(&filter, one_process);
  return install_filter(&filter) == 0;
}
