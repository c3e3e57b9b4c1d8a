/*
 * Two passes, loaded by clang with -fpass-plugin (src/execute/harness/harness-objects.ts); each leaves modules of other
 * builds as they are. One is for texts of many mutants in builds that count edges: see selectors.h. The other is for the
 * builds with sanitizers: a module in, the same out with checks for undefined behaviour that no sanitizer sees. A check that fails calls
 * gepo_undefined (native/harness/undefined.c). docs/groups.md lists what is checked, refused and not seen.
 *
 * A module of C has clang's sanitizers already, and is given the checks of what it promises and assumes. One that was
 * IR from the start is marked by !gepo.asan or !gepo.msan (src/mutate-ir/watch-undefined.ts): it is given what clang
 * would have given it as C, too, and checks of every instruction that can make poison. With !gepo.used as well, poison
 * counts only where it is used.
 */
#include <llvm/IR/DebugInfo.h>
#include <llvm/IR/InstrTypes.h>
#include <llvm/IR/Instructions.h>
#include <llvm/IR/Intrinsics.h>
#include <llvm/Passes/PassBuilder.h>
#include <llvm/Passes/PassPlugin.h>

#include "checks.h"
#include "selectors.h"

using namespace llvm;

namespace {

/* What decides for which processor code is made: it is this one for all builds of a unit. */
constexpr const char *machine_attributes[] = {"target-cpu", "target-features", "tune-cpu", "probe-stack"};

/* By which IR could keep the sanitizers from looking. */
constexpr Attribute::AttrKind hiding_attributes[] = {Attribute::DisableSanitizerInstrumentation,
                                                     Attribute::NoSanitizeBounds, Attribute::Naked};

/* MSan looks at a returned value only where it is noundef, as clang marks it for C. */
void prepare(Function &function, bool is_asan) {
  for (const char *attribute : machine_attributes) function.removeFnAttr(attribute);
  for (Attribute::AttrKind attribute : hiding_attributes) function.removeFnAttr(attribute);
  for (BasicBlock &block : function)
    for (Instruction &one : block) one.setMetadata(LLVMContext::MD_nosanitize, nullptr);
  function.addFnAttr(is_asan ? Attribute::SanitizeAddress : Attribute::SanitizeMemory);
  if (!function.getReturnType()->isVoidTy()) function.addRetAttr(Attribute::NoUndef);
}

/* MSan follows a loaded value to where it decides something; !noundef says that it must be known here. */
void check_loaded(ArrayRef<Instruction *> code, reports &report) {
  for (Instruction *one : code)
    if (auto *load = dyn_cast<LoadInst>(one); load && load->hasMetadata(LLVMContext::MD_noundef)) {
      const DataLayout &layout = load->getModule()->getDataLayout();
      Type *size_type = Type::getInt64Ty(load->getContext());
      Value *size = ConstantInt::get(size_type, layout.getTypeStoreSize(load->getType()));
      report.ask("__msan_check_mem_is_initialized", {load->getPointerOperand(), size}, load);
    }
}

/* Variables that are thread-local or `common` get no red zones from ASan, so they are made ordinary ones. A unit has one thread alone. */
void make_ordinary(Module &module, bool is_of_ir) {
  for (Function &function : module)
    if (function.getIntrinsicID() == Intrinsic::threadlocal_address)
      for (User *call : make_early_inc_range(function.users())) {
        call->replaceAllUsesWith(call->getOperand(0));
        cast<Instruction>(call)->eraseFromParent();
      }
  for (GlobalVariable &variable : module.globals()) {
    if (variable.isDeclaration()) continue;
    variable.setThreadLocal(false);
    if (variable.hasCommonLinkage()) variable.setLinkage(GlobalValue::ExternalLinkage);
    if (is_of_ir) variable.removeSanitizerMetadata();
  }
}

struct watch_undefined : PassInfoMixin<watch_undefined> {
  PreservedAnalyses run(Module &module, ModuleAnalysisManager &) {
    reports report(module);
    const bool is_asan_of_ir = module.getNamedMetadata("gepo.asan") != nullptr;
    const bool is_msan_of_ir = module.getNamedMetadata("gepo.msan") != nullptr;
    const bool counts_used_poison = module.getNamedMetadata("gepo.used") != nullptr;
    if (is_asan_of_ir || is_msan_of_ir) StripDebugInfo(module);
    SmallVector<Function *> functions;
    for (Function &function : module)
      if (!function.isDeclaration()) functions.push_back(&function);
    const auto is_watched = [](const Function *one) { return one->hasFnAttribute(Attribute::SanitizeAddress); };
    if (is_asan_of_ir || any_of(functions, is_watched)) make_ordinary(module, is_asan_of_ir);
    for (Function *function : functions) {
      if (is_asan_of_ir || is_msan_of_ir) prepare(*function, is_asan_of_ir);
      SmallVector<Instruction *> code;
      for (BasicBlock &block : *function)
        for (Instruction &one : block) code.push_back(&one);
      if (function->hasFnAttribute(Attribute::SanitizeMemory)) check_variadic_calls(code);
      if (is_msan_of_ir) check_loaded(code, report);
      if (is_msan_of_ir && counts_used_poison) check_poison(*function, code, poison_is::followed, report);
      if (!is_asan_of_ir && !is_watched(function)) continue;
      if (is_asan_of_ir)
        check_poison(*function, code, counts_used_poison ? poison_is::ignored : poison_is::reported, report);
      check_reach(code, is_asan_of_ir ? addresses_are::used : addresses_are::computed, report);
      check_calls(*function, code, report);
      check_memory_promises(*function, code, report);
      check_promises(*function, code, report);
    }
    return functions.empty() ? PreservedAnalyses::all() : PreservedAnalyses::none();
  }

  static bool isRequired() { return true; }
};

}  // namespace

extern "C" LLVM_ATTRIBUTE_WEAK PassPluginLibraryInfo llvmGetPassPluginInfo() {
  return {LLVM_PLUGIN_API_VERSION, "watch-undefined", "1", [](PassBuilder &builder) {
    builder.registerPipelineStartEPCallback(
        [](ModulePassManager &passes, OptimizationLevel) { passes.addPass(watch_undefined()); });
    builder.registerOptimizerLastEPCallback(
        [](ModulePassManager &passes, OptimizationLevel) { passes.addPass(count_chosen_edges()); });
  }};
}
