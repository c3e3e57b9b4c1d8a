#include <llvm/IR/Instructions.h>
#include <llvm/IR/IntrinsicInst.h>
#include <llvm/IR/Intrinsics.h>
#include <llvm/IR/Operator.h>

#include <cmath>

#include "checks.h"

using namespace llvm;

namespace {

/*
 * All that is looked at are operands, before the instruction runs, so that a result which is not there yet, or undefined,
 * has no say. What is undefined at once ends the run. What makes poison does so too, used or not, which is stricter than
 * LLVM; or, where poison is followed, it makes the result one that MSan reports where it is used.
 */
struct checker {
  Instruction &one;
  reports &report;
  poison_is treatment;
  IRBuilder<> builder{&one};
  SmallVector<Value *, 4> makes_poison{};

  Value *operand(unsigned at) const { return one.getOperand(at); }
  Type *type() const { return operand(0)->getType(); }
  Constant *number(const APInt &value) const { return ConstantInt::get(type(), value); }
  Constant *zero() const { return Constant::getNullValue(type()); }
  unsigned width() const { return type()->getScalarSizeInBits(); }
  Constant *least() const { return number(APInt::getSignedMinValue(width())); }
  /* For what is undefined at once. */
  void undefined(StringRef what) {
    if (treatment != poison_is::followed) report.always(what, &one);
  }
  void undefined_when(Value *condition, StringRef what) {
    if (treatment != poison_is::followed) report.when(condition, what, &one);
  }
  /* For what makes poison. */
  void when(Value *condition, StringRef what) { when(condition, what, &one); }
  void when(Value *condition, StringRef what, Instruction *before) {
    if (treatment == poison_is::reported) report.when(condition, what, before);
    else if (treatment == poison_is::followed) makes_poison.push_back(condition);
  }
  void when_not_equal(Value *a, Value *b, StringRef what) { when(builder.CreateICmpNE(a, b), what); }

  void overflow(Intrinsic::ID is_signed, Intrinsic::ID is_unsigned) {
    auto *operation = cast<OverflowingBinaryOperator>(&one);
    const auto check = [&](Intrinsic::ID intrinsic, StringRef what) {
      Value *result = builder.CreateBinaryIntrinsic(intrinsic, operand(0), operand(1));
      when(builder.CreateExtractValue(result, 1), what);
    };
    if (operation->hasNoSignedWrap()) check(is_signed, "signed overflow (nsw)");
    builder.SetInsertPoint(&one);
    if (operation->hasNoUnsignedWrap()) check(is_unsigned, "unsigned overflow (nuw)");
  }

  void shift() {
    when(builder.CreateICmpUGE(operand(1), number(APInt(width(), width()))), "a shift by too many bits");
    builder.SetInsertPoint(&one);
    const auto back = [&](Instruction::BinaryOps there, Instruction::BinaryOps back, StringRef what) {
      builder.SetInsertPoint(&one);
      Value *shifted = builder.CreateBinOp(there, operand(0), operand(1));
      when_not_equal(builder.CreateBinOp(back, shifted, operand(1)), operand(0), what);
    };
    const auto opcode = cast<BinaryOperator>(&one)->getOpcode();
    if (auto *shl = dyn_cast<OverflowingBinaryOperator>(&one)) {
      if (shl->hasNoSignedWrap()) back(opcode, Instruction::AShr, "signed overflow (nsw)");
      if (shl->hasNoUnsignedWrap()) back(opcode, Instruction::LShr, "unsigned overflow (nuw)");
    } else if (one.isExact()) {
      back(opcode, Instruction::Shl, "bits lost by an exact shift");
    }
  }

  void division(bool is_signed) {
    undefined_when(builder.CreateICmpEQ(operand(1), zero()), "division by zero");
    builder.SetInsertPoint(&one);
    if (is_signed) {
      Value *minus_one = builder.CreateICmpEQ(operand(1), Constant::getAllOnesValue(type()));
      undefined_when(builder.CreateAnd(minus_one, builder.CreateICmpEQ(operand(0), least())),
                     "a quotient that there is not");
      builder.SetInsertPoint(&one);
    }
    if (!isa<PossiblyExactOperator>(one) || !one.isExact()) return;
    Value *rest = is_signed ? builder.CreateSRem(operand(0), operand(1)) : builder.CreateURem(operand(0), operand(1));
    when_not_equal(rest, zero(), "a rest of an exact division");
  }

  void truncation(TruncInst &truncation) {
    const auto back = [&](bool is_signed) {
      builder.SetInsertPoint(&one);
      Value *narrow = builder.CreateTrunc(operand(0), one.getType());
      Value *wide = is_signed ? builder.CreateSExt(narrow, type()) : builder.CreateZExt(narrow, type());
      when_not_equal(wide, operand(0), "bits lost by a truncation");
    };
    if (truncation.hasNoSignedWrap()) back(true);
    if (truncation.hasNoUnsignedWrap()) back(false);
  }

  /* The smallest float that is too large and the largest that is too small, both after the fraction is cut off. */
  void float_to_integer(bool is_signed) {
    Type *wide = builder.getDoubleTy();
    if (!type()->isFloatTy() && !type()->isDoubleTy()) return;
    Value *value = builder.CreateFPExt(operand(0), wide);
    const unsigned bits = one.getType()->getScalarSizeInBits();
    const double above = std::ldexp(1.0, static_cast<int>(is_signed ? bits - 1 : bits));
    Value *is_above = builder.CreateFCmpUGE(value, ConstantFP::get(wide, above));
    /* Beyond 53 bits there is no double between the smallest integer and the one below it. */
    const bool is_coarse = is_signed && bits > 53;
    const double below = is_signed ? (is_coarse ? -above : -above - 1) : -1;
    Constant *limit = ConstantFP::get(wide, below);
    Value *is_below = is_coarse ? builder.CreateFCmpULT(value, limit) : builder.CreateFCmpULE(value, limit);
    when(builder.CreateOr(is_above, is_below), "a float that the integer type does not hold");
  }

  void alignment(Value *pointer, Align alignment) {
    if (alignment.value() <= 1) return;
    Value *rest = builder.CreateAnd(builder.CreatePtrToInt(pointer, builder.getInt64Ty()), alignment.value() - 1);
    undefined_when(builder.CreateIsNotNull(rest), "a misaligned address");
  }

  /* `inbounds` as far as the address alone shows it: past the end of all memory, or from nowhere. */
  void address(GetElementPtrInst &place) {
    if (!place.isInBounds() || place.getType()->isVectorTy() || place.hasAllZeroIndices()) return;
    Type *word = builder.getInt64Ty();
    Value *base = builder.CreatePtrToInt(place.getPointerOperand(), word);
    SmallVector<Value *> indices(place.indices());
    Value *moved = builder.CreatePtrToInt(
        builder.CreateGEP(place.getSourceElementType(), place.getPointerOperand(), indices), word);
    Value *is_null = builder.CreateICmpEQ(base, builder.getInt64(0));
    Value *has_moved = builder.CreateICmpNE(base, moved);
    Value *from_null = builder.CreateAnd(is_null, has_moved);
    /* User space is less than half of all addresses. */
    Value *wraps = builder.CreateICmpSLT(builder.CreateOr(base, moved), builder.getInt64(0));
    when(builder.CreateOr(from_null, wraps), "an address outside of its object");
  }

  void element(Value *index, ElementCount count) {
    when(builder.CreateICmpUGE(index, ConstantInt::get(index->getType(), count.getFixedValue())),
         "an element that there is not");
  }

  void float_flags(FPMathOperator &operation) {
    if (!operation.getType()->getScalarType()->isFloatingPointTy() && !isa<FCmpInst>(one)) return;
    const auto classes =
        static_cast<FPClassTest>((operation.hasNoNaNs() ? fcNan : 0) | (operation.hasNoInfs() ? fcInf : 0));
    if (classes == fcNone) return;
    static constexpr const char *what = "a float of a class that is ruled out";
    if (isa<PHINode>(one)) {
      /* What it has chosen: nothing may stand before it, and what it has not chosen does not count. */
      Instruction *after = &*one.getParent()->getFirstInsertionPt();
      builder.SetInsertPoint(after);
      when(builder.createIsFPClass(&one, classes), what, after);
      return;
    }
    for (Value *value : one.operands()) {
      if (!value->getType()->isFPOrFPVectorTy()) continue;
      builder.SetInsertPoint(&one);
      when(builder.createIsFPClass(value, classes), what);
    }
  }

  void intrinsic(IntrinsicInst &call) {
    const auto says_poison = [&] { return cast<ConstantInt>(call.getArgOperand(1))->isOne(); };
    switch (call.getIntrinsicID()) {
      case Intrinsic::abs:
        if (says_poison()) when(builder.CreateICmpEQ(operand(0), least()), "an absolute value that there is not");
        break;
      case Intrinsic::ctlz:
      case Intrinsic::cttz:
        if (says_poison()) when(builder.CreateICmpEQ(operand(0), zero()), "a count of the bits of zero");
        break;
      default: break;
    }
  }
};

/* Puts undef, which MSan follows as it follows what was never written, in place of a result that is poison. */
void follow_poison(Instruction &one, ArrayRef<Value *> conditions) {
  if (conditions.empty()) return;
  IRBuilder<> builder(isa<PHINode>(one) ? cast<Instruction>(conditions.back())->getNextNode() : one.getNextNode());
  Value *is_poison = builder.getFalse();
  for (Value *condition : conditions) {
    if (condition->getType()->isVectorTy() && !one.getType()->isVectorTy())
      condition = builder.CreateOrReduce(condition);
    is_poison = condition == conditions.front() ? condition : builder.CreateOr(is_poison, condition);
  }
  if (auto *known = dyn_cast<Constant>(is_poison); known && known->isNullValue()) return;
  Value *followed = builder.CreateSelect(is_poison, UndefValue::get(one.getType()), &one);
  one.replaceUsesWithIf(
      followed, [&](Use &use) { return use.getUser() != followed && !is_contained(conditions, use.getUser()); });
}

void check_instruction(Instruction &one, poison_is treatment, reports &report) {
  checker check{one, report, treatment};
  switch (one.getOpcode()) {
    case Instruction::Add: check.overflow(Intrinsic::sadd_with_overflow, Intrinsic::uadd_with_overflow); break;
    case Instruction::Sub: check.overflow(Intrinsic::ssub_with_overflow, Intrinsic::usub_with_overflow); break;
    case Instruction::Mul: check.overflow(Intrinsic::smul_with_overflow, Intrinsic::umul_with_overflow); break;
    case Instruction::Shl:
    case Instruction::LShr:
    case Instruction::AShr: check.shift(); break;
    case Instruction::SDiv:
    case Instruction::SRem: check.division(true); break;
    case Instruction::UDiv:
    case Instruction::URem: check.division(false); break;
    case Instruction::Or:
      if (cast<PossiblyDisjointInst>(one).isDisjoint())
        check.when(check.builder.CreateIsNotNull(check.builder.CreateAnd(one.getOperand(0), one.getOperand(1))),
                   "common bits (disjoint)");
      break;
    case Instruction::ZExt:
    case Instruction::UIToFP:
      if (cast<PossiblyNonNegInst>(one).hasNonNeg())
        check.when(check.builder.CreateIsNeg(one.getOperand(0)), "a negative number (nneg)");
      break;
    case Instruction::Trunc: check.truncation(cast<TruncInst>(one)); break;
    case Instruction::FPToSI: check.float_to_integer(true); break;
    case Instruction::FPToUI: check.float_to_integer(false); break;
    case Instruction::Load:
      check.alignment(cast<LoadInst>(one).getPointerOperand(), cast<LoadInst>(one).getAlign());
      break;
    case Instruction::Store:
      check.alignment(cast<StoreInst>(one).getPointerOperand(), cast<StoreInst>(one).getAlign());
      break;
    case Instruction::GetElementPtr: check.address(cast<GetElementPtrInst>(one)); break;
    case Instruction::ExtractElement:
      check.element(one.getOperand(1), cast<VectorType>(one.getOperand(0)->getType())->getElementCount());
      break;
    case Instruction::InsertElement:
      check.element(one.getOperand(2), cast<VectorType>(one.getType())->getElementCount());
      break;
    case Instruction::Freeze:
      if (isa<UndefValue>(one.getOperand(0))) check.undefined("a value that may be any");
      break;
    case Instruction::Call:
      if (auto *intrinsic = dyn_cast<IntrinsicInst>(&one)) check.intrinsic(*intrinsic);
      break;
    case Instruction::Unreachable: check.undefined("a place that is unreachable"); break;
    default: break;
  }
  if (auto *operation = dyn_cast<FPMathOperator>(&one)) check.float_flags(*operation);
  follow_poison(one, check.makes_poison);
}

}  // namespace

void check_poison(Function &, ArrayRef<Instruction *> code, poison_is treatment, reports &report) {
  for (Instruction *one : code)
    if (!one->getType()->isScalableTy()) check_instruction(*one, treatment, report);
}
