#include <llvm/IR/Instructions.h>

#include <optional>
#include <string>

#include "checks.h"

using namespace llvm;

namespace {

struct format_function {
  bool is_scan;
  /* Of its parameters, which one is the format. */
  unsigned format;
};

std::optional<format_function> format_function_of(const Function &callee) {
  StringRef name = callee.getName();
  name.consume_front("__isoc99_") || name.consume_front("__isoc23_");
  static const std::pair<StringRef, format_function> known[] = {
      {"printf", {false, 0}},   {"fprintf", {false, 1}}, {"dprintf", {false, 1}}, {"sprintf", {false, 1}},
      {"snprintf", {false, 2}}, {"scanf", {true, 0}},    {"fscanf", {true, 1}},   {"sscanf", {true, 1}},
  };
  for (const auto &[one, function] : known)
    if (name == one && callee.isDeclaration() && callee.isVarArg()) return function;
  return std::nullopt;
}

/* As native/harness/undefined.c reads it. */
char kind_of(Type *type) {
  if (type->isPointerTy()) return 'p';
  if (type->isIntegerTy()) return type->getIntegerBitWidth() <= 32 ? 'i' : type->getIntegerBitWidth() <= 64 ? 'l' : '?';
  if (type->isDoubleTy()) return 'd';
  return type->isX86_FP80Ty() ? 'L' : '?';
}

void check_format(CallBase &call, const Function &callee, reports &report) {
  const auto function = format_function_of(callee);
  if (!function) return;
  if (call.arg_size() <= function->format || !call.getArgOperand(function->format)->getType()->isPointerTy()) {
    report.always("a format that is none", &call);
    return;
  }
  std::string kinds;
  for (unsigned i = function->format + 1; i < call.arg_size(); i++)
    kinds += call.paramHasAttr(i, Attribute::ByVal) ? '?' : kind_of(call.getArgOperand(i)->getType());
  report.ask(function->is_scan ? "gepo_check_scan_format" : "gepo_check_print_format",
             {call.getArgOperand(function->format), report.text(kinds)}, &call);
}

/* Old-style declarations let a call pass what its function does not take. */
bool fits(const CallBase &call, const Function &callee) {
  const FunctionType *type = callee.getFunctionType();
  if (call.getFunctionType() == type) return true;
  if (call.arg_size() < type->getNumParams() || (call.arg_size() > type->getNumParams() && !type->isVarArg()))
    return false;
  for (unsigned i = 0; i < type->getNumParams(); i++)
    if (call.getArgOperand(i)->getType() != type->getParamType(i)) return false;
  return call.getType() == type->getReturnType() || call.use_empty();
}

}  // namespace

void check_calls(Function &, ArrayRef<Instruction *> code, reports &report) {
  for (Instruction *one : code) {
    auto *call = dyn_cast<CallBase>(one);
    if (!call || call->isInlineAsm()) continue;
    const auto *callee = dyn_cast<Function>(call->getCalledOperand()->stripPointerCasts());
    if (!callee || callee->isIntrinsic()) continue;
    if (!callee->isDeclaration() && !fits(*call, *callee)) report.always("a call that does not fit its function", one);
    check_format(*call, *callee, report);
  }
}
