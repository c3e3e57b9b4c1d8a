/*
 * Precompiled headers for sequences of includes, in memory. The least recently used are forgotten. One serves every
 * sanitizer and none: headers that ask which sanitizer there is are not precompiled.
 *
 * Not guaranteed: that a header which changes on disk while the process lives is read again.
 */
#pragma once

#include <clang/Frontend/CompilerInvocation.h>
#include <llvm/ADT/StringMap.h>
#include <list>
#include <string>

class precompiled_headers {
 public:
  /*
   * The header for these includes under the options of `invocation`, which `options_key` stands for. Null if they
   * cannot be precompiled. Valid until the next call.
   */
  const std::string *find(const clang::CompilerInvocation &invocation, const std::string &options_key,
                          const std::string &includes);

 private:
  struct entry {
    std::string key;
    /* Empty for includes that cannot be precompiled. */
    std::string content;
  };

  void forget_old();

  /* The most recently used first. */
  std::list<entry> entries;
  llvm::StringMap<std::list<entry>::iterator> by_key;
  size_t total_bytes = 0;
};
