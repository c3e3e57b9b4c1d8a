#include <llvm/ADT/STLExtras.h>
#include <llvm/ADT/Sequence.h>
#include <llvm/IR/IRBuilder.h>
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

/* glibc's headers lead some functions to one of another name, by the standard that the unit is compiled for. */
StringRef name_of(const Function &callee) {
  StringRef name = callee.getName();
  name.consume_front("__isoc99_") || name.consume_front("__isoc23_");
  return name;
}

std::optional<format_function> format_function_of(const Function &callee) {
  const StringRef name = name_of(callee);
  static const std::pair<StringRef, format_function> known[] = {
      {"printf", {false, 0}},   {"fprintf", {false, 1}}, {"dprintf", {false, 1}}, {"sprintf", {false, 1}},
      {"snprintf", {false, 2}}, {"scanf", {true, 0}},    {"fscanf", {true, 1}},   {"sscanf", {true, 1}},
  };
  for (const auto &[one, function] : known)
    if (name == one && callee.isDeclaration() && callee.isVarArg()) return function;
  return std::nullopt;
}

/* As native/harness/formats.c reads it. */
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

/* Their results are tables', with a place for each character, be it signed or not, and for EOF. */
void check_character(CallBase &call, const Function &callee, reports &report) {
  static constexpr StringRef known[] = {"isalnum", "isalpha", "isblank", "iscntrl", "isdigit",  "isgraph", "islower",
                                        "isprint", "ispunct", "isspace", "isupper", "isxdigit", "tolower", "toupper"};
  if (!is_contained(known, callee.getName()) || !callee.isDeclaration()) return;
  if (call.arg_size() == 1 && call.getArgOperand(0)->getType()->isIntegerTy(32))
    report.ask("gepo_check_character", {call.getArgOperand(0)}, &call);
}

/* What is read as text, and by no sanitizer looked at. */
void check_text(CallBase &call, const Function &callee, reports &report) {
  const StringRef name = name_of(callee);
  static constexpr StringRef numbers[] = {"atof", "strtod", "strtof", "strtold", "strtoul", "strtoull"};
  const bool is_number = is_contained(numbers, name);
  if ((!is_number && name != "sscanf") || !callee.isDeclaration()) return;
  if (call.arg_size() > 0 && call.getArgOperand(0)->getType()->isPointerTy())
    report.ask(is_number ? "gepo_check_number" : "gepo_check_text", {call.getArgOperand(0)}, &call);
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

/* MSan misplaces what is aligned to more than a word and passed in memory. */
bool is_wide(const CallBase &call, unsigned argument) {
  const DataLayout &layout = call.getModule()->getDataLayout();
  Type *type = call.getArgOperand(argument)->getType();
  const Align alignment = call.paramHasAttr(argument, Attribute::ByVal) ? call.getParamAlign(argument).valueOrOne()
                                                                        : layout.getABITypeAlign(type);
  return alignment > Align(8);
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
    check_character(*call, *callee, report);
    check_text(*call, *callee, report);
  }
}

void check_variadic_calls(ArrayRef<Instruction *> code) {
  for (Instruction *one : code) {
    auto *call = dyn_cast<CallBase>(one);
    if (!call || call->isInlineAsm() || !call->getFunctionType()->isVarArg()) continue;
    const auto *callee = dyn_cast<Function>(call->getCalledOperand()->stripPointerCasts());
    if (callee && callee->isDeclaration()) continue;
    if (any_of(seq(call->arg_size()), [&](unsigned i) { return is_wide(*call, i); })) continue;
    Module &module = *call->getModule();
    IRBuilder<> builder(call);
    /* As MSan's own pass declares it. */
    ArrayType *type = ArrayType::get(builder.getInt64Ty(), 100);
    Constant *shadow = module.getOrInsertGlobal("__msan_va_arg_tls", type, [&] {
      return new GlobalVariable(module, type, false, GlobalValue::ExternalLinkage, nullptr, "__msan_va_arg_tls",
                                nullptr, GlobalValue::InitialExecTLSModel);
    });
    CallInst *fill = builder.CreateMemSet(shadow, builder.getInt8(0xff), type->getNumElements() * 8, Align(8));
    fill->setMetadata(LLVMContext::MD_nosanitize, MDNode::get(module.getContext(), {}));
  }
}
