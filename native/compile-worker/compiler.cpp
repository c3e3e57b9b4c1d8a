#include "compiler.h"

#include "header-prologue.h"
#include "include-folders.h"
#include "run-action.h"

#include <clang/CodeGen/CodeGenAction.h>
#include <clang/Frontend/FrontendActions.h>

namespace {

std::unique_ptr<clang::FrontendAction> make_action(clang::frontend::ActionKind kind) {
  switch (kind) {
    case clang::frontend::EmitLLVM: return std::make_unique<clang::EmitLLVMAction>();
    case clang::frontend::EmitObj: return std::make_unique<clang::EmitObjAction>();
    case clang::frontend::PrintPreprocessedInput: return std::make_unique<clang::PrintPreprocessedAction>();
    default: return std::make_unique<clang::SyntaxOnlyAction>();
  }
}

/* A preprocessed text holds the headers; debug information names the files of declarations. */
bool may_precompile(const clang::CompilerInvocation &invocation) {
  return invocation.getFrontendOpts().ProgramAction != clang::frontend::PrintPreprocessedInput &&
         invocation.getFrontendOpts().Inputs.front().getKind().getLanguage() == clang::Language::C &&
         invocation.getCodeGenOpts().getDebugInfo() == llvm::codegenoptions::NoDebugInfo;
}

compilation run(const clang::CompilerInvocation &prepared, std::string_view text, const std::string *precompiled) {
  compilation result;
  auto action = make_action(prepared.getFrontendOpts().ProgramAction);
  bool ok = run_action(prepared, *action, text, precompiled, result.output, result.diagnostics);
  result.kind = ok ? compilation::ok : compilation::rejected;
  result.used_precompiled_headers = precompiled != nullptr;
  return result;
}

}  // namespace

compilation compiler::compile(const std::vector<std::string> &arguments, std::string_view text) {
  const driver_result &driver = prepare(arguments);
  if (!driver.invocation) {
    compilation result;
    result.kind = compilation::unsupported;
    result.diagnostics = driver.detail;
    return result;
  }
  if (precompile && may_precompile(*driver.invocation)) {
    header_prologue prologue = find_header_prologue(text);
    const std::string *precompiled =
        prologue.end == 0 ? nullptr : headers.find(*driver.invocation, driver.headers_key, prologue.includes);
    if (precompiled) {
      compilation result = run(*driver.invocation, blank_prologue(text, prologue.end), precompiled);
      /* A message may quote lines that were blanked here, so the text is compiled once more as it is. */
      if (result.kind == compilation::ok) return result;
    }
  }
  return run(*driver.invocation, text, nullptr);
}

const driver_result &compiler::prepare(const std::vector<std::string> &arguments) {
  std::string key;
  for (const std::string &argument : arguments) key.append(argument).push_back('\0');
  auto found = prepared.find(key);
  if (found == prepared.end()) found = prepared.try_emplace(key, ask_driver(clang, arguments)).first;
  return found->second;
}
