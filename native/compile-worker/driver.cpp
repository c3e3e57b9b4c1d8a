#include "driver.h"

#include <clang/Basic/DiagnosticOptions.h>
#include <clang/Driver/Compilation.h>
#include <clang/Driver/Driver.h>
#include <clang/Driver/Job.h>
#include <clang/Driver/Tool.h>
#include <clang/Frontend/FrontendOptions.h>
#include <clang/Frontend/TextDiagnosticPrinter.h>
#include <llvm/ADT/STLExtras.h>
#include <llvm/Support/VirtualFileSystem.h>
#include <llvm/Support/raw_ostream.h>
#include <llvm/TargetParser/Host.h>

namespace {

bool is_supported(clang::frontend::ActionKind action) {
  return action == clang::frontend::EmitLLVM || action == clang::frontend::EmitObj ||
         action == clang::frontend::ParseSyntaxOnly || action == clang::frontend::PrintPreprocessedInput;
}

/*
 * What becomes of a text once it is read; its headers are the same. Of a sanitizer a header can ask, which those that
 * are precompiled do not (precompiled-headers.h).
 */
bool is_behind_reading(llvm::StringRef argument) {
  static constexpr llvm::StringLiteral beginnings[] = {
      "-emit-llvm",  "-emit-obj",        "-fsyntax-only", "-fpass-plugin=", "-O",
      "-vectorize-", "-mframe-pointer=", "-fsanitize",    "-fno-sanitize",  "-fno-assume-sane-operator-new",
  };
  return llvm::any_of(beginnings, [&](llvm::StringRef beginning) { return argument.starts_with(beginning); });
}

/* Equal for all arguments under which headers read the same. */
std::string key_of_headers(const llvm::opt::ArgStringList &arguments, const clang::LangOptions &language) {
  /* All that a level tells a header: __OPTIMIZE__, __OPTIMIZE_SIZE__, __NO_INLINE__. */
  std::string key = {language.Optimize ? 'O' : '-', language.OptimizeSize ? 's' : '-',
                     language.NoInlineDefine ? '-' : 'i'};
  for (size_t i = 0; i < arguments.size(); i++) {
    if (llvm::StringRef(arguments[i]) == "-mllvm") i++;
    else if (!is_behind_reading(arguments[i])) key.append(arguments[i]).push_back('\0');
  }
  return key;
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
  result.headers_key = key_of_headers(compiler, invocation->getLangOpts());
  result.invocation = std::move(invocation);
  return result;
}
