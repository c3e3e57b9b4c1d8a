/*
 * How a check becomes a part of a module: a condition in, a branch to a call of gepo_undefined (native/harness/undefined.c)
 * out, which names what is undefined and ends the run.
 */
#pragma once

#include <llvm/IR/IRBuilder.h>
#include <llvm/IR/Module.h>

class reports {
 public:
  explicit reports(llvm::Module &module) : module(module) {}

  /* A run that reaches `before` while `condition` (or a lane of it) is true ends there. `what` is for people. */
  void when(llvm::Value *condition, llvm::StringRef what, llvm::Instruction *before);

  /* Whatever reaches `before`. */
  void always(llvm::StringRef what, llvm::Instruction *before);

  /* A function of native/harness/undefined.c: it reports by itself. */
  void ask(llvm::StringRef function, llvm::ArrayRef<llvm::Value *> arguments, llvm::Instruction *before);

  llvm::Constant *text(llvm::StringRef text);

 private:
  llvm::Module &module;
  llvm::StringMap<llvm::Constant *> texts;
};
