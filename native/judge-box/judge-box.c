/*
 * judge-box serve [v1|v2]: runs programs of any language, one answer after another, and reports on each run.
 * judge-box keep MEMORY_BYTES PROGRAM [ARGUMENT...]: becomes PROGRAM, confined. This is for compilers that stay.
 *
 * In: frames on standard input, as ../shared/protocol.h has them, each beginning with a u32:
 *   1 prepare  u64 bytes of the box | u32 count | count times (bytes path | u32 mode | bytes content)
 *   2 run      the body of a request there; run-program.h has flags of its own
 * Out: a hello, then a response to each frame. bubblewrap starts it (src/judge/box-command.ts) and leaves it
 * CAP_SYS_ADMIN in a new user namespace.
 *
 * The box is a file system in memory at /box, which `prepare` empties. Every run gets new PID, mount and IPC namespaces,
 * an empty /tmp in memory, descriptors 0 to 4 as in supervise.c (but 0 has a name), no capability, and a filter of
 * system calls. It may start processes. All of them are gone before the answer leaves, for the kernel ends a PID
 * namespace as a whole.
 *
 * With an argument it finds the files of a cgroup open (cgroup.h), and the kernel counts and bounds CPU time and memory
 * of a run. Without one it looks at the run's processes.
 *
 * Not guaranteed without a cgroup: limits on CPU time and memory of all processes together between two looks at them
 * (`POLL_MS`). The kernel bounds each process for itself at any time.
 */
#define _GNU_SOURCE
#include <sys/prctl.h>

#include "../shared/filter-program.h"
#include "box-files.h"
#include "confine.h"
#include "run-program.h"

#define BOX_PROTOCOL_VERSION 1u
#define OP_PREPARE 1u
#define OP_RUN 2u
/* Below it lie the descriptors that a program gets. The box's own are all above. */
#define FIRST_OWN_FD 10

static struct result serve_run(struct shared *shared, struct cgroup *cgroup, char *frame, size_t length,
                               struct channel *channels) {
  struct request request;
  struct result result;
  if (parse_request(frame, length, &request)) {
    limit_channels(channels, &request.limits);
    result = run_program(shared, cgroup, &request, channels);
  } else {
    result = failed(&channels[ERR], "malformed request");
  }
  free(request.argv);
  free(request.environment);
  return result;
}

static void serve(struct shared *shared, struct cgroup *cgroup) {
  size_t length;
  for (char *frame; (frame = receive_frame(&length));) {
    struct channel channels[CHANNELS] = {{.fd = -1}, {.fd = -1}, {.fd = -1}};
    channels[ERR].keep_at_most = KEPT_STDERR_BYTES;
    /* The rest is read and thrown away: an answer may write much to standard error and be right. */
    channels[ERR].stop_above = UINT64_MAX;
    struct reader reader = {frame, frame + length, true};
    struct result result;
    uint32_t op = read_u32(&reader);
    if (op == OP_PREPARE) result = prepare(&reader, &channels[ERR]);
    else if (op == OP_RUN) result = serve_run(shared, cgroup, reader.at, (size_t)(reader.end - reader.at), channels);
    else result = failed(&channels[ERR], "malformed request");
    respond(&result, channels);
    release_channels(channels);
    free(frame);
  }
}

/* Becomes a program that reads untrusted text but never runs it. */
static int keep_program(uint64_t memory_bytes, char **argv) {
  static const char *const environment[] = {"PATH=/usr/bin:/bin", "HOME=/tmp", "LANG=C.UTF-8", NULL};
  if (!own_mounts()) die("mount namespace");
  if (!mount_temporary("/tmp", "size=64M,nr_inodes=4096,mode=0700")) die("/tmp");
  if (!limit_compiler(memory_bytes)) die("limits");
  if (!drop_privileges() || !filter_calls(false)) die("privileges");
  execve(argv[0], argv, (char *const *)environment);
  die(argv[0]);
}

int main(int argc, char **argv) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (argc >= 4 && strcmp(argv[1], "keep") == 0) return keep_program(strtoull(argv[2], NULL, 10), argv + 3);
  if (argc < 2 || argc > 3 || strcmp(argv[1], "serve") != 0) {
    fputs("usage: judge-box serve [v1|v2] | judge-box keep MEMORY_BYTES PROGRAM [ARGUMENT...]\n", stderr);
    return 2;
  }
  if (!has_seccomp()) {
    fputs("judge-box: this kernel has no seccomp filters\n", stderr);
    return 1;
  }
  signal(SIGPIPE, SIG_IGN);
  /* A program, which has the same user, may not look into this process. */
  prctl(PR_SET_DUMPABLE, 0);
  struct cgroup cgroup = {0};
  if (argc == 3 && !take_cgroup(&cgroup, argv[2])) die("cgroup");
  if (!fill_low_descriptors(FIRST_OWN_FD)) die("standard input");
  struct shared *shared = share_memory();
  if (!shared) die("mmap");
  if (!own_mounts()) die("mount namespace");
  if (!mount_temporary(INPUT, "nr_inodes=16,mode=0755")) die(INPUT);
  say_hello(BOX_PROTOCOL_VERSION, 0, has_seccomp());
  serve(shared, &cgroup);
  return 0;
}
