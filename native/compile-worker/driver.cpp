#include "driver.h"

#include <clang/Basic/DiagnosticOptions.h>
#include <clang/Driver/Compilation.h>
#include <clang/Driver/Driver.h>
#include <clang/Driver/Job.h>
#include <clang/Driver/Tool.h>
#include <clang/Frontend/FrontendOptions.h>
#include <clang/Frontend/TextDiagnosticPrinter.h>
#include <llvm/Support/VirtualFileSystem.h>
#include <llvm/Support/raw_ostream.h>
#include <llvm/TargetParser/Host.h>

namespace {

bool is_supported(clang::frontend::ActionKind action) {
  return action == clang::frontend::EmitLLVM || action == clang::frontend::EmitObj ||
         action == clang::frontend::ParseSyntaxOnly || action == clang::frontend::PrintPreprocessedInput;
}

/* What becomes of a text once it is read; its headers are the same. */
bool is_behind_reading(llvm::StringRef argument) {
  return argument == "-emit-llvm" || argument == "-emit-obj" || argument == "-fsyntax-only" ||
         argument.starts_with("-fpass-plugin=");
}

}  // namespace

driver_result ask_driver(const std::string &clang, const std::vector<std::string> &arguments) {
  driver_result result;
  llvm::raw_string_ostream messages(result.detail);
  llvm::IntrusiveRefCntPtr<clang::DiagnosticOptions> options = new clang::DiagnosticOptions;
  clang::DiagnosticsEngine diagnostics(new clang::DiagnosticIDs, options,
                                       new clang::TextDiagnosticPrinter(messages, options.get()));
  clang::driver::Driver driver(clang, llvm::sys::getDefaultTargetTriple(), diagnostics);
  std::vector<const char *> argv = {clang.c_str()};
  for (const std::string &argument : arguments) argv.push_back(argument.c_str());
  std::unique_ptr<clang::driver::Compilation> compilation(driver.BuildCompilation(argv));
  if (!compilation || diagnostics.hasErrorOccurred()) return result;
  const clang::driver::JobList &jobs = compilation->getJobs();
  if (jobs.size() != 1 || llvm::StringRef(jobs.begin()->getCreator().getName()) != "clang") {
    messages << "the arguments are not one compilation";
    return result;
  }
  const llvm::opt::ArgStringList &compiler = jobs.begin()->getArguments();
  auto invocation = std::make_shared<clang::CompilerInvocation>();
  if (!clang::CompilerInvocation::CreateFromArgs(*invocation, compiler, diagnostics)) return result;
  if (!is_supported(invocation->getFrontendOpts().ProgramAction)) {
    messages << "the worker emits IR or object code, checks syntax, or preprocesses";
    return result;
  }
  /* These options are for a process that ends after one job. Here they would leak. */
  invocation->getFrontendOpts().DisableFree = false;
  invocation->getCodeGenOpts().DisableFree = false;
  for (const char *argument : compiler)
    if (!is_behind_reading(argument)) result.headers_key.append(argument).push_back('\0');
  result.invocation = std::move(invocation);
  return result;
}
