#pragma once

#include <llvm/IR/PassManager.h>

/*
 * For builds that count edges, after the optimiser and before clang's own pass that counts: functions that ask
 * gepo_selected_mutant which of their mutants runs (src/mutate/write-beside.ts) are counted here, as each mutant alone is
 * counted there. What asks for the number is no part of any mutant: neither its branches nor the blocks that they make.
 * A module that defines a variable of that name is none of those texts.
 */
struct count_chosen_edges : llvm::PassInfoMixin<count_chosen_edges> {
  llvm::PreservedAnalyses run(llvm::Module &module, llvm::ModuleAnalysisManager &);
  static bool isRequired() { return true; }
};
