/*
 * Precompiled headers for sequences of includes, in memory. One is made when its sequence is met for the second time,
 * for making it costs as much as reading the headers once. The least recently used are forgotten.
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
   * The header for these includes under the options of `invocation`, which `options_key` stands for. Null if the
   * includes are new here or do not compile. Valid until the next call.
   */
  const std::string *find(const clang::CompilerInvocation &invocation, const std::string &options_key,
                          const std::string &includes);

 private:
  struct entry {
    std::string key;
    bool is_made = false;
    /* Empty while not made, and for includes that do not compile. */
    std::string content = {};
  };

  void forget_old();

  /* The most recently used first. */
  std::list<entry> entries;
  llvm::StringMap<std::list<entry>::iterator> by_key;
  size_t total_bytes = 0;
};
