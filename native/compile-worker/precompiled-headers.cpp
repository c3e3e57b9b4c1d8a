#include "precompiled-headers.h"

#include "run-action.h"

#include <clang/Frontend/CompilerInstance.h>
#include <clang/Frontend/FrontendActions.h>
#include <clang/Serialization/ASTWriter.h>
#include <llvm/Support/raw_ostream.h>

namespace {

constexpr size_t max_bytes = 96u << 20;
constexpr size_t max_entries = 2000;

/* clang's own action, but for the file it would write. */
class precompile_action : public clang::ASTFrontendAction {
 public:
  std::shared_ptr<clang::PCHBuffer> buffer = std::make_shared<clang::PCHBuffer>();
  bool asks_for_sanitizer = false;

  std::unique_ptr<clang::ASTConsumer> CreateASTConsumer(clang::CompilerInstance &instance, llvm::StringRef) override {
    /* clang's own headers are found by absolute paths: nothing is relative to a system root. */
    return std::make_unique<clang::PCHGenerator>(instance.getPreprocessor(), instance.getModuleCache(), "-", "", buffer,
                                                 instance.getFrontendOpts().ModuleFileExtensions,
                                                 /*AllowASTWithErrors=*/false, /*IncludeTimestamps=*/false);
  }

  void EndSourceFileAction() override {
    /* What a header names anywhere but in what it leaves out, also behind __has_feature, is in this table. */
    for (const auto &identifier : getCompilerInstance().getPreprocessor().getIdentifierTable())
      asks_for_sanitizer |= identifier.getKey().contains_insensitive("sanitize");
  }

  clang::TranslationUnitKind getTranslationUnitKind() override { return clang::TU_Prefix; }
  bool hasASTFileSupport() const override { return false; }
};

/* Empty if the includes do not compile, or ask for a sanitizer. */
std::string make(const clang::CompilerInvocation &invocation, const std::string &includes) {
  precompile_action action;
  std::string output, diagnostics;
  bool ok = run_action(invocation, action, includes, nullptr, output, diagnostics);
  if (!ok || !action.buffer->IsComplete || action.asks_for_sanitizer) return {};
  return std::string(action.buffer->Data.begin(), action.buffer->Data.end());
}

}  // namespace

const std::string *precompiled_headers::find(const clang::CompilerInvocation &invocation,
                                             const std::string &options_key, const std::string &includes) {
  std::string key = options_key + includes;
  auto found = by_key.find(key);
  if (found != by_key.end()) {
    entries.splice(entries.begin(), entries, found->second);
  } else {
    entries.push_front({key, make(invocation, includes)});
    by_key[key] = entries.begin();
    total_bytes += entries.front().content.size();
    forget_old();
  }
  const std::string &content = entries.front().content;
  return content.empty() ? nullptr : &content;
}

void precompiled_headers::forget_old() {
  while (entries.size() > 1 && (entries.size() > max_entries || total_bytes > max_bytes)) {
    total_bytes -= entries.back().content.size();
    by_key.erase(entries.back().key);
    entries.pop_back();
  }
}
