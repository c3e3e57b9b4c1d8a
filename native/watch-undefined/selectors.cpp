#include "selectors.h"

#include <llvm/ADT/SmallPtrSet.h>
#include <llvm/Analysis/CFG.h>
#include <llvm/IR/IRBuilder.h>
#include <llvm/IR/Instructions.h>
#include <llvm/IR/Module.h>
#include <llvm/Transforms/Instrumentation.h>
#include <llvm/Transforms/Utils/BasicBlockUtils.h>

using namespace llvm;

namespace {

/* The comparison of a branch that asks for the mutant's number; null of any other. */
const ICmpInst *asked(const BasicBlock &block, const GlobalVariable &selected) {
  const auto *branch = dyn_cast<BranchInst>(block.getTerminator());
  if (!branch || !branch->isConditional()) return nullptr;
  const auto *comparison = dyn_cast<ICmpInst>(branch->getCondition());
  const auto *number = comparison ? dyn_cast<LoadInst>(comparison->getOperand(0)) : nullptr;
  return number && number->getPointerOperand() == &selected ? comparison : nullptr;
}

/*
 * Where the two expressions come together again: neither has a branch but those that ask for a number. Null where there
 * is no such place; a choice that leads back to one of those before it has none.
 */
BasicBlock *behind_choice(const BasicBlock &choice, const GlobalVariable &selected,
                          SmallPtrSetImpl<const BasicBlock *> &choices) {
  if (!choices.insert(&choice).second) return nullptr;
  const BasicBlock *block = choice.getTerminator()->getSuccessor(0);
  while (asked(*block, selected)) {
    block = behind_choice(*block, selected, choices);
    if (!block) return nullptr;
  }
  return block->getTerminator()->getNumSuccessors() == 1 ? block->getTerminator()->getSuccessor(0) : nullptr;
}

/* Blocks that are there only because of the question: without it each is part of the block before it. */
SmallPtrSet<BasicBlock *, 32> find_seams(Function &function, const GlobalVariable &selected) {
  SmallPtrSet<BasicBlock *, 32> seams;
  for (BasicBlock &block : function) {
    const ICmpInst *comparison = asked(block, selected);
    if (!comparison) continue;
    for (BasicBlock *next : successors(&block)) seams.insert(next);
    if (comparison->getPredicate() != CmpInst::ICMP_EQ) continue;
    SmallPtrSet<const BasicBlock *, 8> choices;
    if (BasicBlock *end = behind_choice(block, selected, choices)) seams.insert(end);
  }
  return seams;
}

/* As SanitizerCoverage splits them (-fsanitize-coverage-type=3), but for those that ask. */
void split_critical_edges(Function &function, const GlobalVariable &selected) {
  SmallVector<Instruction *> ends;
  for (BasicBlock &block : function) {
    Instruction *end = block.getTerminator();
    if (end->getNumSuccessors() > 1 && !isa<IndirectBrInst>(end) && !asked(block, selected)) ends.push_back(end);
  }
  CriticalEdgeSplittingOptions options;
  options.setIgnoreUnreachableDests();
  for (Instruction *end : ends)
    for (unsigned i = 0; i < end->getNumSuccessors(); i++) SplitCriticalEdge(end, i, options);
}

/* A dispatcher, or code of a build that counts nothing. */
bool is_left_uncounted(const Function &function) {
  return function.hasFnAttribute(Attribute::NoSanitizeCoverage) ||
         function.hasFnAttribute(Attribute::SanitizeAddress) || function.hasFnAttribute(Attribute::SanitizeMemory);
}

void count(BasicBlock &block, FunctionCallee counter, Constant *edge) {
  BasicBlock::iterator place = block.getFirstInsertionPt();
  if (place == block.end() || isa<UnreachableInst>(*block.getFirstNonPHIOrDbgOrLifetime())) return;
  if (&block == &block.getParent()->getEntryBlock()) place = PrepareToSplitEntryBlock(block, place);
  IRBuilder<>(&block, place).CreateCall(counter, {edge})->setCannotMerge();
}

}  // namespace

PreservedAnalyses count_chosen_edges::run(Module &module, ModuleAnalysisManager &) {
  const GlobalVariable *selected = module.getNamedGlobal("gepo_selected_mutant");
  /* A combined text declares it only; a unit that owns one of that name asks it for something else. */
  if (!selected || !selected->isDeclaration()) return PreservedAnalyses::all();
  LLVMContext &context = module.getContext();
  FunctionCallee counter = module.getOrInsertFunction("__sanitizer_cov_trace_pc_guard", Type::getVoidTy(context),
                                                      PointerType::getUnqual(context));
  /* One for all: which edges they are is asked of units and of mutants alone. */
  auto *number = Type::getInt32Ty(context);
  auto *edge = new GlobalVariable(module, number, false, GlobalValue::PrivateLinkage, ConstantInt::get(number, 1));
  for (Function &function : module) {
    if (function.isDeclaration() || is_left_uncounted(function)) continue;
    SmallPtrSet<BasicBlock *, 32> seams = find_seams(function, *selected);
    if (seams.empty()) continue;
    split_critical_edges(function, *selected);
    SmallVector<BasicBlock *> counted;
    for (BasicBlock &block : function)
      if (!seams.contains(&block)) counted.push_back(&block);
    for (BasicBlock *block : counted) count(*block, counter, edge);
    function.addFnAttr(Attribute::NoSanitizeCoverage);
  }
  return PreservedAnalyses::none();
}
