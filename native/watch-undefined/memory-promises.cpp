#include <llvm/ADT/SmallPtrSet.h>
#include <llvm/Analysis/ValueTracking.h>
#include <llvm/IR/InstIterator.h>
#include <llvm/IR/Instructions.h>
#include <llvm/IR/IntrinsicInst.h>

#include <set>

#include "checks.h"

using namespace llvm;

SmallVector<touched, 2> touched_by(Instruction &one) {
  if (auto *load = dyn_cast<LoadInst>(&one)) return {{load->getPointerOperand(), false}};
  if (auto *store = dyn_cast<StoreInst>(&one)) return {{store->getPointerOperand(), true}};
  if (auto *exchange = dyn_cast<AtomicRMWInst>(&one)) return {{exchange->getPointerOperand(), true}};
  if (auto *exchange = dyn_cast<AtomicCmpXchgInst>(&one)) return {{exchange->getPointerOperand(), true}};
  if (auto *copy = dyn_cast<MemTransferInst>(&one)) return {{copy->getRawDest(), true}, {copy->getRawSource(), false}};
  if (auto *set = dyn_cast<MemSetInst>(&one)) return {{set->getRawDest(), true}};
  return {};
}

namespace {

/* What the sanitizers and these checks call themselves. */
bool is_of_checks(const Function &callee) {
  return callee.getName().starts_with("__ubsan_") || callee.getName().starts_with("__asan_") ||
         callee.getName().starts_with("gepo_");
}

bool touches_no_memory(const CallBase &call) {
  const auto *intrinsic = dyn_cast<IntrinsicInst>(&call);
  return call.isDebugOrPseudoInst() ||
         (intrinsic && (intrinsic->isAssumeLikeIntrinsic() || intrinsic->isLifetimeStartOrEnd()));
}

/* Functions of numbers that a library may only let touch errno, which nobody who calls them `const` means. */
bool is_mathematical(const Function &callee) {
  static const std::set<StringRef> names = {"acos",
                                            "acosh",
                                            "asin",
                                            "asinh",
                                            "atan",
                                            "atan2",
                                            "atanh",
                                            "cbrt",
                                            "ceil",
                                            "copysign",
                                            "cos",
                                            "cosh",
                                            "erf",
                                            "erfc",
                                            "exp",
                                            "exp2",
                                            "expm1",
                                            "fabs",
                                            "fdim",
                                            "floor",
                                            "fma",
                                            "fmax",
                                            "fmin",
                                            "fmod",
                                            "hypot",
                                            "ldexp",
                                            "llrint",
                                            "llround",
                                            "log",
                                            "log10",
                                            "log1p",
                                            "log2",
                                            "logb",
                                            "lrint",
                                            "lround",
                                            "nearbyint",
                                            "pow",
                                            "remainder",
                                            "rint",
                                            "round",
                                            "scalbn",
                                            "sin",
                                            "sinh",
                                            "sqrt",
                                            "tan",
                                            "tanh",
                                            "tgamma",
                                            "trunc",
                                            "abs",
                                            "labs",
                                            "llabs",
                                            "isalnum",
                                            "isalpha",
                                            "isdigit",
                                            "islower",
                                            "isprint",
                                            "ispunct",
                                            "isspace",
                                            "isupper",
                                            "isxdigit",
                                            "tolower",
                                            "toupper",
                                            "__ctype_b_loc",
                                            "__ctype_tolower_loc",
                                            "__ctype_toupper_loc"};
  const StringRef name = callee.getName();
  return callee.isDeclaration() &&
         (names.count(name) || ((name.ends_with("f") || name.ends_with("l")) && names.count(name.drop_back())));
}

bool is_own(const Value *object) {
  const auto *argument = dyn_cast<Argument>(object);
  return isa<AllocaInst>(object) || (argument && argument->hasByValAttr());
}

bool is_constant(const Value *object) {
  const auto *global = dyn_cast<GlobalVariable>(object);
  return global && global->isConstant();
}

bool may(MemoryEffects effects, bool is_write, const Value *object) {
  const bool is_argument = isa<Argument>(object);
  const ModRefInfo allowed = is_argument ? effects.getModRef(IRMemLocation::ArgMem)
                                         : effects.getModRef(IRMemLocation::Other);
  return is_write ? isModSet(allowed) : isRefSet(allowed);
}

/* Whether the pointer, of which nothing is known before the run, leads into one of these. */
Value *is_in_any(Value *pointer, ArrayRef<std::pair<Value *, uint64_t>> objects, Instruction *before) {
  IRBuilder<> builder(before);
  Type *word = builder.getInt64Ty();
  Value *address = builder.CreatePtrToInt(pointer, word);
  Value *found = builder.getFalse();
  for (const auto &[object, size] : objects) {
    Value *distance = builder.CreateSub(address, builder.CreatePtrToInt(object, word));
    found = builder.CreateOr(found, builder.CreateICmpULT(distance, builder.getInt64(size)));
  }
  return found;
}

/* Where a function that promises to leave memory alone may be all the same: in its frame and in constants. */
SmallVector<std::pair<Value *, uint64_t>> harmless_objects(Function &function, bool is_write) {
  SmallVector<std::pair<Value *, uint64_t>> objects;
  const DataLayout &layout = function.getParent()->getDataLayout();
  for (Instruction &one : function.getEntryBlock())
    if (auto *local = dyn_cast<AllocaInst>(&one); local && local->isStaticAlloca())
      if (auto size = local->getAllocationSize(layout)) objects.push_back({local, size->getFixedValue()});
  for (Argument &argument : function.args())
    if (argument.hasByValAttr()) objects.push_back({&argument, layout.getTypeAllocSize(argument.getParamByValType())});
  if (!is_write)
    for (GlobalVariable &global : function.getParent()->globals())
      if (global.isConstant() && global.hasInitializer())
        objects.push_back({&global, layout.getTypeAllocSize(global.getValueType())});
  return objects;
}

bool may_touch(MemoryEffects effects, bool is_write, const Value *address) {
  const Value *object = getUnderlyingObject(address);
  return is_own(object) || (is_constant(object) && !is_write) || may(effects, is_write, object);
}

/* What a call says of the memory that its own arguments lead to, held against where they lead. */
bool arguments_keep_to(const CallBase &call, MemoryEffects effects) {
  const ModRefInfo touched = call.getMemoryEffects().getModRef(IRMemLocation::ArgMem);
  return all_of(call.args(), [&](const Use &argument) {
    if (!argument->getType()->isPointerTy()) return true;
    return (!isModSet(touched) || may_touch(effects, true, argument)) &&
           (!isRefSet(touched) || may_touch(effects, false, argument));
  });
}

/* Whether a function does, and has done, no more to memory than `effects`, as far as its text shows. */
bool keeps_to(const Function &function, MemoryEffects effects, SmallPtrSetImpl<const Function *> &seen);

bool call_keeps_to(const CallBase &call, MemoryEffects effects, SmallPtrSetImpl<const Function *> &seen) {
  if (touches_no_memory(call) || isa<MemIntrinsic>(call)) return true;
  const MemoryEffects beside_arguments = call.getMemoryEffects().getWithoutLoc(IRMemLocation::ArgMem);
  if ((beside_arguments | effects) == effects && arguments_keep_to(call, effects)) return true;
  const Function *callee = call.getCalledFunction();
  if (!callee) return false;
  return is_of_checks(*callee) || is_mathematical(*callee) ||
         (!callee->isDeclaration() && keeps_to(*callee, effects, seen));
}

bool keeps_to(const Function &function, MemoryEffects effects, SmallPtrSetImpl<const Function *> &seen) {
  if (!seen.insert(&function).second) return true;
  for (const Instruction &one : instructions(function)) {
    for (const auto &[address, is_write] : touched_by(const_cast<Instruction &>(one)))
      if (!may_touch(effects, is_write, address)) return false;
    if (const auto *call = dyn_cast<CallBase>(&one); call && !call_keeps_to(*call, effects, seen)) return false;
  }
  return true;
}

void check_effects(Function &function, ArrayRef<Instruction *> code, reports &report) {
  const MemoryEffects effects = function.getMemoryEffects();
  if (effects == MemoryEffects::unknown()) return;
  static constexpr const char *what = "memory touched by a function that promises not to";
  for (Instruction *one : code) {
    for (const auto &[address, is_write] : touched_by(*one)) {
      if (may_touch(effects, is_write, address)) continue;
      if (isa<GlobalVariable>(getUnderlyingObject(address))) report.always(what, one);
      else
        report.when(IRBuilder<>(one).CreateNot(is_in_any(address, harmless_objects(function, is_write), one)), what,
                    one);
    }
    SmallPtrSet<const Function *, 8> seen;
    if (auto *call = dyn_cast<CallBase>(one); call && !call_keeps_to(*call, effects, seen)) report.always(what, one);
  }
}

/* ---- restrict ----------------------------------------------------------------------------------------------- */

void collect_globals(const Function &function, SmallPtrSetImpl<const Function *> &seen,
                     SmallPtrSetImpl<GlobalVariable *> &globals) {
  if (!seen.insert(&function).second) return;
  for (const Instruction &one : instructions(function))
    for (const Value *operand : one.operands()) {
      const Value *object = operand->getType()->isPointerTy() ? getUnderlyingObject(operand) : operand;
      if (auto *global = dyn_cast<GlobalVariable>(object); global && !global->isConstant())
        globals.insert(const_cast<GlobalVariable *>(global));
      if (const auto *callee = dyn_cast<Function>(object)) collect_globals(*callee, seen, globals);
    }
}

bool writes_through_pointers(ArrayRef<Instruction *> code) {
  for (Instruction *one : code) {
    for (const auto &[address, is_write] : touched_by(*one))
      if (is_write && !is_own(getUnderlyingObject(address))) return true;
    if (auto *call = dyn_cast<CallBase>(one);
        call && !touches_no_memory(*call) && !isa<MemIntrinsic>(call) && call->mayWriteToMemory()) {
      const Function *callee = call->getCalledFunction();
      if (!callee || !is_of_checks(*callee)) return true;
    }
  }
  return false;
}

/*
 * Stricter than the standard: objects that two pointers lead into must be different ones where one of the two is
 * `restrict` and anything is written, wherever in them.
 */
void check_restrict(Function &function, ArrayRef<Instruction *> code, reports &report) {
  const auto is_restrict = [](const Argument &argument) {
    return argument.getType()->isPointerTy() && argument.hasNoAliasAttr() && !argument.hasStructRetAttr() &&
           !argument.hasByValAttr();
  };
  if (none_of(function.args(), is_restrict) || !writes_through_pointers(code)) return;
  SmallPtrSet<const Function *, 8> seen;
  SmallPtrSet<GlobalVariable *, 8> globals;
  collect_globals(function, seen, globals);
  const DataLayout &layout = function.getParent()->getDataLayout();
  Instruction *begin = &*function.getEntryBlock().getFirstNonPHIOrDbgOrAlloca();
  SmallVector<std::pair<Value *, uint64_t>> objects;
  for (GlobalVariable *global : globals)
    if (global->getValueType()->isSized() && !global->getName().starts_with("llvm."))
      objects.push_back({global, layout.getTypeAllocSize(global->getValueType())});
  for (Argument &one : function.args()) {
    if (!is_restrict(one)) continue;
    if (!objects.empty())
      report.when(is_in_any(&one, objects, begin), "a restrict pointer to what is touched in another way", begin);
    for (Argument &other : function.args())
      if (&one != &other && other.getType()->isPointerTy() && !other.hasByValAttr() &&
          (!is_restrict(other) || one.getArgNo() < other.getArgNo()))
        report.ask("gepo_check_apart", {&one, &other}, begin);
  }
}

/* ---- results, and parameters of IR ---------------------------------------------------------------------------- */

/* `malloc` as an attribute: memory that nobody else can reach. What begins a block of the heap passes for that. */
void check_fresh_result(Function &function, ArrayRef<Instruction *> code, reports &report) {
  if (!function.getAttributes().hasRetAttr(Attribute::NoAlias)) return;
  for (Instruction *one : code)
    if (auto *leave = dyn_cast<ReturnInst>(one)) report.ask("gepo_check_fresh", {leave->getReturnValue()}, leave);
}

/* `alloc_size` names the parameters whose product is the size of what is returned. */
void check_sized_results(ArrayRef<Instruction *> code, reports &report) {
  for (Instruction *one : code) {
    auto *call = dyn_cast<CallBase>(one);
    const Function *callee = call ? call->getCalledFunction() : nullptr;
    if (!callee || callee->isDeclaration() || !call->getNextNode() || !call->getType()->isPointerTy()) continue;
    const Attribute sizes = callee->getFnAttribute(Attribute::AllocSize);
    if (!sizes.isValid()) continue;
    const auto [first, second] = sizes.getAllocSizeArgs();
    if (first >= call->arg_size() || (second && *second >= call->arg_size())) continue;
    IRBuilder<> builder(call->getNextNode());
    Value *size = builder.CreateZExtOrTrunc(call->getArgOperand(first), builder.getInt64Ty());
    if (second)
      size = builder.CreateMul(size, builder.CreateZExtOrTrunc(call->getArgOperand(*second), builder.getInt64Ty()));
    report.ask("gepo_check_null_or_accessible", {call, size}, &*builder.GetInsertPoint());
  }
}

const Argument *argument_behind(const Value *pointer) { return dyn_cast<Argument>(getUnderlyingObject(pointer)); }

/* What optimised IR says of its parameters, as far as the text shows that it does not hold. */
void check_parameters(ArrayRef<Instruction *> code, reports &report) {
  for (Instruction *one : code) {
    for (const auto &[address, is_write] : touched_by(*one)) {
      const Argument *argument = argument_behind(address);
      if (argument &&
          (is_write ? argument->onlyReadsMemory()
                    : argument->hasAttribute(Attribute::WriteOnly) || argument->hasAttribute(Attribute::ReadNone)))
        report.always("memory of a parameter touched against its promise", one);
    }
    const Value *kept = nullptr;
    if (auto *store = dyn_cast<StoreInst>(one); store && !is_own(getUnderlyingObject(store->getPointerOperand())))
      kept = store->getValueOperand();
    else if (auto *leave = dyn_cast<ReturnInst>(one)) kept = leave->getReturnValue();
    if (kept && kept->getType()->isPointerTy())
      if (const Argument *argument = argument_behind(kept); argument && argument->hasNoCaptureAttr())
        report.always("a pointer kept against its promise", one);
  }
}

bool frees(const Function &callee) { return callee.getName() == "free" || callee.getName() == "realloc"; }

void check_function(const Function &function, ArrayRef<Instruction *> code, reports &report) {
  for (Instruction *one : code) {
    auto *call = dyn_cast<CallInst>(one);
    if (!call) continue;
    const Function *callee = call->getCalledFunction();
    if (callee && is_of_checks(*callee)) continue;
    if (callee && function.hasFnAttribute(Attribute::NoFree) && frees(*callee))
      report.always("memory freed by a function that promises not to", one);
    if (function.hasFnAttribute(Attribute::WillReturn) && call->doesNotReturn())
      report.always("a function that must return does not", one);
    if (call->isTailCall() && !call->isMustTailCall())
      for (const Value *argument : call->args())
        if (argument->getType()->isPointerTy() && isa<AllocaInst>(getUnderlyingObject(argument)))
          report.always("a tail call that is handed a variable of its caller", one);
  }
}

}  // namespace

void check_memory_promises(Function &function, ArrayRef<Instruction *> code, reports &report) {
  check_effects(function, code, report);
  check_restrict(function, code, report);
  check_fresh_result(function, code, report);
  check_sized_results(code, report);
  check_parameters(code, report);
  check_function(function, code, report);
}
