#pragma once

#include <llvm/IR/PassManager.h>

/*
 * For builds that count edges, before clang's own pass does: functions that ask gepo_selected_mutant which of their mutants
 * runs (src/mutate/write-beside.ts) are counted here, and as each mutant alone is counted there. What asks for the number
 * is no part of any mutant: neither its branches nor the blocks that they make.
 */
struct count_chosen_edges : llvm::PassInfoMixin<count_chosen_edges> {
  llvm::PreservedAnalyses run(llvm::Module &module, llvm::ModuleAnalysisManager &);
  static bool isRequired() { return true; }
};
