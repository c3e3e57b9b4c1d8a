#define _GNU_SOURCE
#include "look-at-run.h"

#include <dirent.h>

#include "../shared/processes.h"
#include "../shared/run-end.h"

/* What a socket may hold that nobody reads: its buffer's default size, and the kernel's books. */
#define SOCKET_BYTES (256u << 10)
/* A list of mappings that is longer says that memory is hidden in many of them. */
#define MOST_MAPS_BYTES (1u << 20)

/* The numbers of /proc/PID/stat behind the name, which is second and may hold anything. */
enum field {
  STATE = 3,
  PARENT = 4,
  FAULTS = 10,
  CHILDREN_FAULTS = 11,
  USER_TIME = 14,
  SYSTEM_TIME = 15,
  CHILDREN_USER_TIME = 16,
  CHILDREN_SYSTEM_TIME = 17,
  THREADS = 20,
  STARTED = 22,
  ADDRESS_BYTES = 23,
  RESIDENT_PAGES = 24,
  FIELDS,
};

struct stat_line {
  char state;
  uint64_t values[FIELDS];
};

static bool read_stat(const char *path, struct stat_line *line) {
  char text[1024];
  if (!read_small_file(path, text, sizeof text)) return false;
  char *name_end = strrchr(text, ')');
  if (!name_end || name_end[1] != ' ') return false;
  *line = (struct stat_line){.state = name_end[2]};
  char *at = name_end + 3;
  for (int field = PARENT; field < FIELDS; field++) line->values[field] = strtoull(at, &at, 10);
  return true;
}

static uint64_t ticks_us(uint64_t ticks) { return ticks * 1000000 / (uint64_t)sysconf(_SC_CLK_TCK); }

/* ---- memory that the resident size leaves out ---- */

/* Memory that is shared without a file stays when its pages leave the process: it counts as large as it is mapped. */
static uint64_t shared_mappings(long pid, uint64_t address_bytes) {
  char path[64], line[512];
  snprintf(path, sizeof path, "/proc/%ld/maps", pid);
  FILE *maps = fopen(path, "re");
  if (!maps) return 0;
  uint64_t shared = 0;
  size_t length = 0;
  while (length < MOST_MAPS_BYTES && fgets(line, sizeof line, maps)) {
    length += strlen(line);
    char *end;
    const uint64_t from = strtoull(line, &end, 16), to = *end == '-' ? strtoull(end + 1, NULL, 16) : from;
    if (strstr(line, "/dev/zero (deleted)")) shared += to - from;
  }
  fclose(maps);
  return length < MOST_MAPS_BYTES ? shared : address_bytes;
}

/* Page tables, and what is shared but not resident. */
static uint64_t hidden_bytes(struct seen_process *process, const struct seen_process *before) {
  char path[64], text[4096];
  snprintf(path, sizeof path, "/proc/%ld/status", process->pid);
  if (!read_small_file(path, text, sizeof text)) return 0;
  const bool same = before && before->address_bytes == process->address_bytes;
  process->shared_bytes = same ? before->shared_bytes : shared_mappings(process->pid, process->address_bytes);
  const uint64_t resident = bytes_behind(text, "\nRssShmem:");
  return bytes_behind(text, "\nVmPTE:") + (process->shared_bytes > resident ? process->shared_bytes - resident : 0);
}

/* All sockets there are belong to the run, in a network of the box's own. */
static uint64_t socket_bytes(void) {
  FILE *sockets = fopen("/proc/net/unix", "re");
  if (!sockets) return 0;
  uint64_t lines = 0;
  for (int c; (c = getc_unlocked(sockets)) != EOF;) lines += c == '\n';
  fclose(sockets);
  return lines > 1 ? (lines - 1) * SOCKET_BYTES : 0;
}

/* ---- who wants a core ---- */

static char thread_state(long process, long thread) {
  char path[64];
  struct stat_line line;
  snprintf(path, sizeof path, "/proc/%ld/task/%ld/stat", process, thread);
  return read_stat(path, &line) ? line.state : 'X';
}

/* Looks for one that runs or could. */
static bool look_at_threads(struct account *account, struct seen_process *process) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%ld/task", process->pid);
  DIR *threads = opendir(path);
  if (!threads) return false;
  bool found = false;
  for (struct dirent *entry; !found && (entry = readdir(threads));) {
    const long thread = strtol(entry->d_name, NULL, 10);
    const char state = thread > 0 ? thread_state(process->pid, thread) : 'X';
    found = state == 'R';
    if (found) account->running_process = process->pid, account->running_thread = thread;
    if (state == 'D') process->in_disk_wait = true;
  }
  closedir(threads);
  return found;
}

/* What part of the time in which it could run a process did run. */
static double share_of_core(long pid) {
  char path[64], text[128];
  snprintf(path, sizeof path, "/proc/%ld/schedstat", pid);
  if (!read_small_file(path, text, sizeof text)) return 0;
  char *second;
  const double ran = (double)strtoull(text, &second, 10), waited = (double)strtoull(second, NULL, 10);
  return ran + waited > 0 ? ran / (ran + waited) : 1;
}

/* ---- the look ---- */

struct look {
  struct account *account;
  struct seen_process processes[MOST_PROCESSES];
  size_t count;
  uint64_t interval_us;
  bool wants_core;
};

static const struct seen_process *find(const struct seen_process *processes, size_t count, long pid) {
  for (size_t i = 0; i < count; i++)
    if (processes[i].pid == pid) return &processes[i];
  return NULL;
}

static const struct seen_process *same_process(const struct seen_process *processes, size_t count,
                                               const struct seen_process *wanted) {
  const struct seen_process *found = find(processes, count, wanted->pid);
  return found && found->started == wanted->started ? found : NULL;
}

static void add_process(struct look *look, long pid) {
  struct account *account = look->account;
  char path[64];
  struct stat_line line;
  snprintf(path, sizeof path, "/proc/%ld/stat", pid);
  if (look->count == MOST_PROCESSES || !read_stat(path, &line)) return;
  const uint64_t *values = line.values;
  struct seen_process *process = &look->processes[look->count++];
  *process = (struct seen_process){
      .pid = pid,
      .parent = (long)values[PARENT],
      .started = values[STARTED],
      .own_us = ticks_us(values[USER_TIME] + values[SYSTEM_TIME]),
      .children_us = ticks_us(values[CHILDREN_USER_TIME] + values[CHILDREN_SYSTEM_TIME]),
      .own_faults = values[FAULTS],
      .children_faults = values[CHILDREN_FAULTS],
      .address_bytes = values[ADDRESS_BYTES],
  };
  const struct seen_process *before = same_process(account->processes, account->process_count, process);
  const uint64_t bytes = values[RESIDENT_PAGES] * (uint64_t)sysconf(_SC_PAGESIZE) + hidden_bytes(process, before);
  account->all_bytes += bytes;
  if (bytes > account->largest_bytes) account->largest_bytes = bytes;
  process->in_disk_wait = line.state == 'D';
  if (line.state == 'R') look->wants_core = true;
  if (line.state == 'R' && account->forgets_children)
    account->estimated_us += (uint64_t)((double)look->interval_us * share_of_core(pid));
  if (!look->wants_core && values[THREADS] > 1) look->wants_core = look_at_threads(account, process);
}

static void add_processes(struct look *look) {
  DIR *entries = opendir("/proc");
  if (!entries) die("/proc");
  for (struct dirent *entry; (entry = readdir(entries));) {
    const long pid = strtol(entry->d_name, NULL, 10);
    if (pid > 1 && pid != getpid()) add_process(look, pid);
  }
  closedir(entries);
}

static bool has_child(const struct look *look, long pid) {
  for (size_t i = 0; i < look->count; i++)
    if (look->processes[i].parent == pid) return true;
  return false;
}

/*
 * A machine that is short of memory takes pages away, and lets a program wait for them. No program in a box can wait for a
 * disk otherwise, and the only other wait that looks the same is for one's own vfork, whose child is there to see.
 */
static bool waits_for_page(const struct look *look) {
  for (size_t i = 0; i < look->count; i++)
    if (look->processes[i].in_disk_wait && !has_child(look, look->processes[i].pid)) return true;
  return false;
}

/* Whether a parent that lives has taken over less than its gone children had. It is asked anew, now that they are gone. */
static bool has_forgotten(const struct look *look, const struct seen_process *parent) {
  const struct account *account = look->account;
  uint64_t faults = 0;
  for (size_t i = 0; i < account->process_count; i++) {
    const struct seen_process *child = &account->processes[i];
    if (child->parent == parent->pid && !same_process(look->processes, look->count, child))
      faults += child->own_faults + child->children_faults;
  }
  char path[64];
  struct stat_line now;
  snprintf(path, sizeof path, "/proc/%ld/stat", parent->pid);
  return faults > 0 && read_stat(path, &now) && now.values[STARTED] == parent->started &&
         now.values[CHILDREN_FAULTS] - parent->children_faults < faults;
}

static void note_the_gone(struct look *look) {
  struct account *account = look->account;
  for (size_t i = 0; i < account->process_count; i++) {
    const struct seen_process *process = &account->processes[i];
    if (!same_process(look->processes, look->count, process)) account->gone_us += process->own_us;
    if (!account->forgets_children && has_forgotten(look, process)) {
      account->forgets_children = true;
      account->estimated_us = account->cpu_us;
    }
  }
}

static void sum_up(struct look *look) {
  struct account *account = look->account;
  uint64_t own_us = 0, waited_us = 0;
  for (size_t i = 0; i < look->count; i++) {
    own_us += look->processes[i].own_us;
    waited_us += look->processes[i].children_us;
  }
  /* Each is less than the truth or all of it: children that were waited for are also among the gone. */
  const uint64_t figures[] = {own_us + waited_us, own_us + account->gone_us, account->estimated_us};
  for (size_t i = 0; i < sizeof figures / sizeof *figures; i++)
    if (figures[i] > account->cpu_us) account->cpu_us = figures[i];
}

void look_at_run(struct account *account, uint64_t now_us) {
  static struct look look;
  look = (struct look){.account = account, .interval_us = now_us - account->last_look_us};
  account->last_look_us = now_us;
  account->all_bytes = account->largest_bytes = 0;
  look.wants_core = account->running_thread && thread_state(account->running_process, account->running_thread) == 'R';
  add_processes(&look);
  account->all_bytes += socket_bytes();
  note_the_gone(&look);
  sum_up(&look);
  /* Nobody knows what was in a longer interval than is asked for. */
  const uint64_t most_us = 2 * POLL_MS * 1000;
  if (!look.wants_core && !waits_for_page(&look))
    account->idle_us += look.interval_us < most_us ? look.interval_us : most_us;
  memcpy(account->processes, look.processes, look.count * sizeof *look.processes);
  account->process_count = look.count;
}
