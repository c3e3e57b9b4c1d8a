/*
 * Compiles texts as the clang command of this machine would, inside this process.
 *
 * Not guaranteed: that it returns. What crashes clang, or takes all memory or time, ends the process.
 */
#pragma once

#include "driver.h"
#include "precompiled-headers.h"

#include <llvm/ADT/StringMap.h>
#include <string>
#include <string_view>
#include <vector>

struct compilation {
  enum { ok, rejected, unsupported } kind;
  std::string output;
  std::string diagnostics;
  bool used_precompiled_headers = false;
};

class compiler {
 public:
  compiler(std::string clang, bool precompile) : clang(std::move(clang)), precompile(precompile) {}

  /* `arguments` as for the clang command; the input is to be `-`, which reads `text`. */
  compilation compile(const std::vector<std::string> &arguments, std::string_view text);

 private:
  const driver_result &prepare(const std::vector<std::string> &arguments);

  std::string clang;
  bool precompile;
  /* By the arguments: the host uses a few dozen combinations. */
  llvm::StringMap<driver_result> prepared;
  precompiled_headers headers;
};
