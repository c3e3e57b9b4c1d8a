#include "run-action.h"

#include "include-folders.h"

#include <clang/Basic/Stack.h>
#include <clang/Frontend/CompilerInstance.h>
#include <clang/Frontend/TextDiagnosticPrinter.h>
#include <clang/Lex/PreprocessorOptions.h>
#include <llvm/Support/CommandLine.h>
#include <llvm/Support/raw_ostream.h>

#include <cstdlib>
#include <sys/mman.h>
#include <unistd.h>

#include "protocol.h"

namespace {

constexpr const char *precompiled_path = "/precompiled-headers";

/*
 * clang reads descriptor 0 and writes descriptor 1 where the command line says `-`: files in memory take their place,
 * so that nothing differs from the command.
 */
int empty_memory_file(int descriptor) {
  int file = memfd_create("compile-worker", MFD_CLOEXEC);
  if (file < 0 || dup2(file, descriptor) < 0 || close(file) != 0) abort();
  return descriptor;
}

void rewind_to_start(int descriptor) {
  if (lseek(descriptor, 0, SEEK_SET) != 0) abort();
}

void become_stdin(std::string_view text) {
  static const int file = empty_memory_file(STDIN_FILENO);
  rewind_to_start(file);
  if (ftruncate(file, 0) != 0 || !write_all(file, text)) abort();
  rewind_to_start(file);
}

void empty_stdout() {
  static const int file = empty_memory_file(STDOUT_FILENO);
  rewind_to_start(file);
  if (ftruncate(file, 0) != 0) abort();
}

std::string take_stdout() {
  off_t length = lseek(STDOUT_FILENO, 0, SEEK_END);
  if (length < 0) abort();
  std::string output(static_cast<size_t>(length), '\0');
  rewind_to_start(STDOUT_FILENO);
  if (!read_all(STDOUT_FILENO, output.data(), output.size())) abort();
  return output;
}

llvm::IntrusiveRefCntPtr<llvm::vfs::FileSystem> with_precompiled(llvm::IntrusiveRefCntPtr<llvm::vfs::FileSystem> below,
                                                                 const std::string &precompiled) {
  auto memory = llvm::makeIntrusiveRefCnt<llvm::vfs::InMemoryFileSystem>();
  memory->addFileNoOwn(precompiled_path, 0, llvm::MemoryBufferRef(precompiled, precompiled_path));
  auto both = llvm::makeIntrusiveRefCnt<llvm::vfs::OverlayFileSystem>(std::move(below));
  both->pushOverlay(std::move(memory));
  return both;
}

/* The options of `-mllvm` belong to the process. Those of the last job must not stay for this one. */
void set_llvm_options(const std::vector<std::string> &options) {
  static std::vector<std::string> current;
  if (options == current) return;
  llvm::cl::ResetAllOptionOccurrences();
  std::vector<const char *> argv = {"clang"};
  for (const std::string &option : options) argv.push_back(option.c_str());
  llvm::cl::ParseCommandLineOptions(static_cast<int>(argv.size()), argv.data());
  current = options;
}

}  // namespace

bool run_action(const clang::CompilerInvocation &prepared, clang::FrontendAction &action, std::string_view text,
                const std::string *precompiled, std::string &output, std::string &diagnostics) {
  clang::noteBottomOfStack();
  set_llvm_options(prepared.getFrontendOpts().LLVMArgs);
  become_stdin(text);
  empty_stdout();
  auto invocation = std::make_shared<clang::CompilerInvocation>(prepared);
  auto files = include_folders_only(*invocation);
  if (precompiled) {
    invocation->getPreprocessorOpts().ImplicitPCHInclude = precompiled_path;
    /* It was made in this process for these very options. */
    invocation->getPreprocessorOpts().DisablePCHOrModuleValidation = clang::DisableValidationForModuleKind::PCH;
    files = with_precompiled(std::move(files), *precompiled);
  }
  llvm::raw_string_ostream messages(diagnostics);
  clang::CompilerInstance instance;
  instance.setInvocation(std::move(invocation));
  instance.createDiagnostics(new clang::TextDiagnosticPrinter(messages, &instance.getDiagnosticOpts()));
  instance.setVerboseOutputStream(messages);
  instance.createFileManager(std::move(files));
  bool ok = instance.ExecuteAction(action);
  output = take_stdout();
  return ok;
}
