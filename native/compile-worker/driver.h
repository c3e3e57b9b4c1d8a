/*
 * In: arguments of the clang driver. Out: the compiler invocation that the driver would make of them. The machine's own
 * driver is asked, so that all its defaults hold here too.
 */
#pragma once

#include <clang/Frontend/CompilerInvocation.h>
#include <memory>
#include <string>
#include <vector>

struct driver_result {
  /* Null where the arguments are not one compilation that this worker can do; `detail` says why. */
  std::shared_ptr<const clang::CompilerInvocation> invocation;
  std::string detail;
  /* Equal for all invocations that can share a precompiled header. */
  std::string headers_key;
};

/* `clang` is the path of the driver, from which it finds its own headers. */
driver_result ask_driver(const std::string &clang, const std::vector<std::string> &arguments);
