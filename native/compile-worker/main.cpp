/*
 * compile-worker CLANG CPU_SECONDS MEMORY_BYTES JOBS [--no-precompiled-headers]
 * compile-worker --version
 *
 * Answers compile requests on stdin by responses on stdout (protocol.h) until stdin ends. CLANG is the path of the
 * clang command whose defaults are to be used.
 *
 * A job that needs more than CPU_SECONDS ends the process by SIGPROF. A job that needs too much memory ends it by an
 * abort of LLVM. The host then starts another process. After JOBS jobs, or when much memory is in use, the process
 * replaces itself by a fresh one between two requests, so that leaks inside clang do not add up. The host does not
 * notice.
 *
 * With --version it prints the first line of `clang --version` for the libraries that it runs with: only a CLANG of the
 * very same release gives the same IR.
 */
#include "assembler.h"
#include "compiler.h"
#include "protocol.h"

#include <clang/Basic/Version.h>
#include <llvm/Support/TargetSelect.h>

#include <climits>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>

namespace {

/* Set for the process that goes on where another one stopped. */
constexpr const char *resumes_variable = "COMPILE_WORKER_RESUMES";

constexpr int jobs_per_look = 16;
constexpr long max_resident_bytes = 700l << 20;

struct settings {
  std::string clang;
  unsigned long cpu_seconds;
  unsigned long memory_bytes;
  unsigned long jobs;
  bool precompile;
};

bool parse_number(const char *text, unsigned long &number) {
  char *end;
  number = strtoul(text, &end, 10);
  return number > 0 && *end == '\0';
}

bool parse_settings(int argc, char **argv, settings &settings) {
  char clang[PATH_MAX];
  if (argc < 5 || !realpath(argv[1], clang)) return false;
  settings.clang = clang;
  settings.precompile = argc < 6 || strcmp(argv[5], "--no-precompiled-headers") != 0;
  return parse_number(argv[2], settings.cpu_seconds) && parse_number(argv[3], settings.memory_bytes) &&
         parse_number(argv[4], settings.jobs);
}

void set_limits(rlim_t memory_bytes) {
  rlimit memory = {memory_bytes, memory_bytes};
  rlimit core = {0, 0};
  setrlimit(RLIMIT_AS, &memory);
  setrlimit(RLIMIT_CORE, &core);
}

void set_cpu_timer(unsigned long seconds) {
  itimerval timer = {{0, 0}, {static_cast<time_t>(seconds), 0}};
  setitimer(ITIMER_PROF, &timer, nullptr);
}

long resident_bytes() {
  FILE *statm = fopen("/proc/self/statm", "re");
  long pages = 0;
  if (!statm || fscanf(statm, "%*d %ld", &pages) != 1) pages = 0;
  if (statm) fclose(statm);
  return pages * sysconf(_SC_PAGESIZE);
}

/* The pipes of the host: the descriptors that clang itself knows stay free for it. */
struct channel {
  int in;
  int out;
};

channel take_channel() {
  channel channel = {fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 10), fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 10)};
  int null = open("/dev/null", O_RDWR | O_CLOEXEC);
  if (channel.in < 0 || channel.out < 0 || null < 0) _exit(EXIT_FAILURE);
  dup2(null, STDIN_FILENO);
  dup2(null, STDOUT_FILENO);
  return channel;
}

[[noreturn]] void start_afresh(const channel &channel, char **argv) {
  dup2(channel.in, STDIN_FILENO);
  dup2(channel.out, STDOUT_FILENO);
  set_cpu_timer(0);
  setenv(resumes_variable, "1", 1);
  execv("/proc/self/exe", argv);
  _exit(EXIT_FAILURE);
}

bool say_hello(int out) {
  std::string hello;
  append_u32(hello, 4);
  append_u32(hello, protocol_version);
  return write_all(out, hello);
}

response_kind kind_of(const compilation &result) {
  switch (result.kind) {
    case compilation::ok: return response_kind::ok;
    case compilation::rejected: return response_kind::rejected;
    default: return response_kind::unsupported;
  }
}

bool respond(int out, const compilation &result) {
  uint32_t flags = result.used_precompiled_headers ? uint32_t{flag_precompiled} : 0;
  return write_all(out, encode_response(kind_of(result), flags, result.output, result.diagnostics));
}

compilation answer(compiler &compiler, const request &request) {
  if (!request.arguments.empty()) return compiler.compile(request.arguments, request.text);
  compilation result;
  bool ok = assemble(request.text, result.diagnostics);
  result.kind = ok ? compilation::ok : compilation::rejected;
  return result;
}

void answer_requests(const channel &channel, const settings &settings, char **argv) {
  compiler compiler(settings.clang, settings.precompile);
  for (unsigned long jobs = 0;; jobs++) {
    if (jobs >= settings.jobs || (jobs % jobs_per_look == 0 && resident_bytes() > max_resident_bytes))
      start_afresh(channel, argv);
    std::optional<std::string> frame = read_frame(channel.in);
    std::optional<request> request = frame ? parse_request(*frame) : std::nullopt;
    if (!request) return;
    set_cpu_timer(settings.cpu_seconds);
    if (!respond(channel.out, answer(compiler, *request))) return;
    set_cpu_timer(0);
  }
}

}  // namespace

int main(int argc, char **argv) {
  if (argc == 2 && strcmp(argv[1], "--version") == 0) {
    printf("%s\n", clang::getClangToolFullVersion("clang").c_str());
    return 0;
  }
  settings settings;
  if (!parse_settings(argc, argv, settings)) {
    fprintf(stderr, "usage: compile-worker CLANG CPU_SECONDS MEMORY_BYTES JOBS [--no-precompiled-headers]\n"
                    "       compile-worker --version\n");
    return 2;
  }
  /* A reader that is gone shows as a failed write. */
  signal(SIGPIPE, SIG_IGN);
  set_limits(settings.memory_bytes);
  channel channel = take_channel();
  bool resumes = getenv(resumes_variable) != nullptr;
  if (!resumes && !say_hello(channel.out)) return 0;
  llvm::InitializeNativeTarget();
  llvm::InitializeNativeTargetAsmPrinter();
  llvm::InitializeNativeTargetAsmParser();
  answer_requests(channel, settings, argv);
  /* Nothing to tidy up that the kernel does not. */
  _exit(EXIT_SUCCESS);
}
