#include <llvm/IR/ConstantRange.h>
#include <llvm/IR/Instructions.h>
#include <llvm/IR/IntrinsicInst.h>
#include <llvm/IR/Intrinsics.h>
#include <llvm/IR/Operator.h>

#include "checks.h"

using namespace llvm;

namespace {

Value *is_null(Value *pointer, Instruction *before) { return IRBuilder<>(before).CreateIsNull(pointer); }

Value *is_misaligned(Value *pointer, Value *alignment, Instruction *before) {
  IRBuilder<> builder(before);
  Type *word = builder.getInt64Ty();
  Value *mask = builder.CreateSub(builder.CreateZExtOrTrunc(alignment, word), builder.getInt64(1));
  return builder.CreateIsNotNull(builder.CreateAnd(builder.CreatePtrToInt(pointer, word), mask));
}

Value *is_outside(Value *number, const ConstantRange &range, Instruction *before) {
  IRBuilder<> builder(before);
  Type *type = number->getType();
  if (range.isFullSet()) return builder.getFalse();
  /* Also right for a range that wraps around. */
  Value *distance = builder.CreateSub(number, ConstantInt::get(type, range.getLower()));
  return builder.CreateICmpUGE(distance, ConstantInt::get(type, range.getUpper() - range.getLower()));
}

Value *is_of_class(Value *number, FPClassTest classes, Instruction *before) {
  IRBuilder<> builder(before);
  return builder.createIsFPClass(number, classes);
}

/* `!range` lists half-open ranges of which one must hold the value. */
void check_range_list(Value *number, const MDNode &list, reports &report, Instruction *before) {
  report.when(is_outside(number, getConstantRangeFromMetadata(list), before), "a value outside its range", before);
}

void check_value(Value *value, AttributeSet promised, reports &report, Instruction *before) {
  Type *type = value->getType();
  IRBuilder<> builder(before);
  if (type->isPointerTy()) {
    if (promised.hasAttribute(Attribute::NonNull))
      report.when(is_null(value, before), "null where nonnull is promised", before);
    if (MaybeAlign alignment = promised.getAlignment(); alignment && alignment->value() > 1)
      report.when(is_misaligned(value, builder.getInt64(alignment->value()), before), "a misaligned pointer", before);
    if (uint64_t size = promised.getDereferenceableBytes())
      report.ask("gepo_check_accessible", {value, builder.getInt64(size)}, before);
    if (uint64_t size = promised.getDereferenceableOrNullBytes())
      report.ask("gepo_check_null_or_accessible", {value, builder.getInt64(size)}, before);
  }
  if (Attribute range = promised.getAttribute(Attribute::Range); range.isValid() && type->isIntOrIntVectorTy())
    report.when(is_outside(value, range.getRange(), before), "a value outside its range", before);
  if (FPClassTest classes = promised.getNoFPClass(); classes != fcNone && type->isFPOrFPVectorTy())
    report.when(is_of_class(value, classes, before), "a float of a class that is ruled out", before);
}

void check_loaded(LoadInst &load, reports &report) {
  Instruction *after = load.getNextNode();
  if (const MDNode *range = load.getMetadata(LLVMContext::MD_range)) check_range_list(&load, *range, report, after);
  if (!load.getType()->isPointerTy()) return;
  IRBuilder<> builder(after);
  const auto number_of = [&](unsigned kind) -> Value * {
    const MDNode *node = load.getMetadata(kind);
    return node ? mdconst::extract<ConstantInt>(node->getOperand(0)) : nullptr;
  };
  if (load.hasMetadata(LLVMContext::MD_nonnull))
    report.when(is_null(&load, after), "null where nonnull is promised", after);
  if (Value *alignment = number_of(LLVMContext::MD_align))
    report.when(is_misaligned(&load, alignment, after), "a misaligned pointer", after);
  if (Value *size = number_of(LLVMContext::MD_dereferenceable))
    report.ask("gepo_check_accessible", {&load, size}, after);
  if (Value *size = number_of(LLVMContext::MD_dereferenceable_or_null))
    report.ask("gepo_check_null_or_accessible", {&load, size}, after);
}

void check_bundle(const OperandBundleUse &bundle, reports &report, Instruction *before) {
  const StringRef tag = bundle.getTagName();
  const auto operand = [&](unsigned at) { return bundle.Inputs[at].get(); };
  IRBuilder<> builder(before);
  if (tag == "nonnull") {
    report.when(is_null(operand(0), before), "null where nonnull is assumed", before);
  } else if (tag == "align") {
    Value *pointer = operand(0);
    if (bundle.Inputs.size() > 2)
      pointer = builder.CreateGEP(builder.getInt8Ty(), pointer, builder.CreateNeg(operand(2)));
    report.when(is_misaligned(pointer, operand(1), before), "a misaligned pointer", before);
  } else if (tag == "dereferenceable" || tag == "dereferenceable_or_null") {
    Value *size = builder.CreateZExtOrTrunc(operand(1), builder.getInt64Ty());
    report.ask(tag == "dereferenceable" ? "gepo_check_accessible" : "gepo_check_null_or_accessible", {operand(0), size},
               before);
  } else if (tag == "separate_storage") {
    report.ask("gepo_check_apart", {operand(0), operand(1)}, before);
  } else if (tag != "cold" && tag != "ignore" && tag != "noundef") {
    report.always("an assumption of an unknown kind", before);
  }
}

void check_assumption(AssumeInst &assume, reports &report) {
  report.when(IRBuilder<>(&assume).CreateNot(assume.getArgOperand(0)), "an assumption that does not hold", &assume);
  for (unsigned i = 0; i < assume.getNumOperandBundles(); i++)
    check_bundle(assume.getOperandBundleAt(i), report, &assume);
}

/*
 * LLVM's elimination of dead stores takes bytes off the front of what sets or copies memory, and leaves `dereferenceable`
 * with the number of before. What is touched, ASan checks.
 */
AttributeSet kept_promises(const CallBase &call, unsigned argument) {
  const AttributeSet promised = call.getAttributes().getParamAttrs(argument);
  return isa<MemIntrinsic>(call) ? promised.removeAttribute(call.getContext(), Attribute::Dereferenceable) : promised;
}

/* What is promised of a defined function's parameters and results is checked in it. */
void check_call(CallBase &call, reports &report) {
  const Function *callee = call.getCalledFunction();
  const AttributeList promised = call.getAttributes();
  const bool is_declared = callee && callee->isDeclaration();
  for (unsigned i = 0; i < call.arg_size(); i++) {
    check_value(call.getArgOperand(i), kept_promises(call, i), report, &call);
    if (is_declared && i < callee->arg_size())
      check_value(call.getArgOperand(i), callee->getAttributes().getParamAttrs(i), report, &call);
  }
  Instruction *after = call.isTerminator() || call.isMustTailCall() ? nullptr : call.getNextNode();
  if (!after) return;
  if (call.doesNotReturn()) report.always("a function that must not return has returned", after);
  if (const MDNode *range = call.getMetadata(LLVMContext::MD_range)) check_range_list(&call, *range, report, after);
  if (call.getType()->isVoidTy()) return;
  check_value(&call, promised.getRetAttrs(), report, after);
  if (is_declared) check_value(&call, callee->getAttributes().getRetAttrs(), report, after);
}

void check_return(ReturnInst &leave, reports &report) {
  const Function &function = *leave.getFunction();
  if (function.doesNotReturn()) report.always("a function that must not return has returned", &leave);
  Value *value = leave.getReturnValue();
  if (!value) return;
  check_value(value, function.getAttributes().getRetAttrs(), report, &leave);
  for (const Argument &argument : function.args())
    if (argument.hasReturnedAttr() && argument.getType() == value->getType() && (value->getType()->isIntOrPtrTy()))
      report.when(IRBuilder<>(&leave).CreateICmpNE(value, const_cast<Argument *>(&argument)),
                  "another value than the argument that is promised to be returned", &leave);
}

}  // namespace

void check_promises(Function &function, ArrayRef<Instruction *> code, reports &report) {
  for (Instruction *one : code) {
    if (auto *assume = dyn_cast<AssumeInst>(one)) check_assumption(*assume, report);
    else if (auto *call = dyn_cast<CallBase>(one)) check_call(*call, report);
    else if (auto *load = dyn_cast<LoadInst>(one)) check_loaded(*load, report);
    else if (auto *leave = dyn_cast<ReturnInst>(one)) check_return(*leave, report);
  }
  /* At the end, so that it comes first. */
  Instruction *begin = &*function.getEntryBlock().getFirstNonPHIOrDbgOrAlloca();
  for (Argument &argument : function.args())
    if (!argument.hasByValAttr())
      check_value(&argument, function.getAttributes().getParamAttrs(argument.getArgNo()), report, begin);
}
