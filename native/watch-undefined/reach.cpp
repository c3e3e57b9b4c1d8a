#include <llvm/ADT/DenseMap.h>
#include <llvm/IR/IRBuilder.h>
#include <llvm/IR/Instructions.h>
#include <llvm/IR/IntrinsicInst.h>
#include <llvm/IR/Operator.h>

#include <cstdlib>
#include <optional>

#include "checks.h"

using namespace llvm;

namespace {

/* Between two objects ASan forbids more than these: a step that is no longer leads to what the access itself is checked for. */
constexpr uint64_t least_red_zone_bytes = 16;

/*
 * Where the steps begin that lead to an address; it may touch the object there alone, whatever they say of themselves. A
 * pointer that is chosen, or led on around a loop, gets a companion that is chosen and led like it, without the steps.
 */
class starts {
 public:
  Value *of(Value *address) {
    while (auto *step = dyn_cast<GEPOperator>(address)) address = step->getPointerOperand();
    if (const auto known = companions.find(address); known != companions.end()) return known->second;
    if (auto *phi = dyn_cast<PHINode>(address); phi && phi->getType()->isPointerTy()) return of_phi(*phi);
    if (auto *choice = dyn_cast<SelectInst>(address); choice && choice->getType()->isPointerTy())
      return of_choice(*choice);
    return address;
  }

 private:
  DenseMap<Value *, Value *> companions;

  Value *of_phi(PHINode &phi) {
    auto *companion = PHINode::Create(phi.getType(), phi.getNumIncomingValues(), "gepo.start", phi.getIterator());
    companions[&phi] = companion;
    bool is_same = true;
    for (unsigned i = 0; i < phi.getNumIncomingValues(); i++) {
      Value *start = of(phi.getIncomingValue(i));
      companion->addIncoming(start, phi.getIncomingBlock(i));
      is_same &= start == phi.getIncomingValue(i);
    }
    if (!is_same) return companion;
    companion->replaceAllUsesWith(&phi);
    companion->eraseFromParent();
    return companions[&phi] = &phi;
  }

  Value *of_choice(SelectInst &choice) {
    Value *a = of(choice.getTrueValue()), *b = of(choice.getFalseValue());
    if (a == choice.getTrueValue() && b == choice.getFalseValue()) return companions[&choice] = &choice;
    return companions[&choice] = IRBuilder<>(choice.getNextNode()).CreateSelect(choice.getCondition(), a, b);
  }
};

/* Undefined where that is only known when it runs. */
std::optional<int64_t> distance_of(const Value *start, const Value *address, const DataLayout &layout) {
  APInt distance(layout.getIndexTypeSizeInBits(address->getType()), 0);
  while (address != start) {
    const auto *step = dyn_cast<GEPOperator>(address);
    if (!step || !step->accumulateConstantOffset(layout, distance)) return std::nullopt;
    address = step->getPointerOperand();
  }
  return distance.getSExtValue();
}

/* Undefined for what is no variable of the text. */
std::optional<uint64_t> size_of(const Value *object, const DataLayout &layout) {
  if (const auto *variable = dyn_cast<AllocaInst>(object))
    if (const auto size = variable->getAllocationSize(layout); size && !size->isScalable())
      return size->getFixedValue();
  if (const auto *variable = dyn_cast<GlobalVariable>(object); variable && variable->hasInitializer())
    return layout.getTypeAllocSize(variable->getValueType()).getFixedValue();
  return std::nullopt;
}

/* UBSan has checked the position in an array of C that is named. */
bool is_element_of_named(const GetElementPtrInst &step) {
  return step.getSourceElementType()->isArrayTy() &&
         (isa<AllocaInst>(step.getPointerOperand()) || isa<GlobalVariable>(step.getPointerOperand()));
}

void check_step(Value *start, Value *address, reports &report, Instruction *before) {
  const DataLayout &layout = before->getModule()->getDataLayout();
  if (start == address || address->getType()->isVectorTy()) return;
  if (const auto distance = distance_of(start, address, layout)) {
    if (static_cast<uint64_t>(std::abs(*distance)) <= least_red_zone_bytes) return;
    const auto size = size_of(start, layout);
    if (size && *distance >= 0 && static_cast<uint64_t>(*distance) <= *size) return;
  }
  report.ask("gepo_check_reach", {start, address}, before);
}

/* Addresses that others may touch memory at, who take them for where the steps begin. */
SmallVector<Value *, 4> handed_on_by(Instruction &one) {
  SmallVector<Value *, 4> values;
  if (auto *store = dyn_cast<StoreInst>(&one)) values.push_back(store->getValueOperand());
  else if (auto *end = dyn_cast<ReturnInst>(&one)) values.append(end->op_begin(), end->op_end());
  else if (auto *call = dyn_cast<CallBase>(&one); call && !isa<IntrinsicInst>(call))
    values.append(call->arg_begin(), call->arg_end());
  erase_if(values, [](const Value *value) { return !value->getType()->isPointerTy(); });
  return values;
}

/* What is asked about two addresses has an answer within one object alone. */
void check_pair(Instruction &one, reports &report) {
  Value *a = one.getOperand(0), *b = one.getOperand(1);
  if (auto *subtraction = dyn_cast<BinaryOperator>(&one)) {
    auto *from = dyn_cast<PtrToIntInst>(b), *to = dyn_cast<PtrToIntInst>(a);
    if (subtraction->getOpcode() == Instruction::Sub && from && to)
      report.ask("gepo_check_together", {to->getPointerOperand(), from->getPointerOperand()}, &one);
  } else if (auto *comparison = dyn_cast<ICmpInst>(&one)) {
    if (comparison->isRelational() && a->getType()->isPointerTy()) report.ask("gepo_check_together", {a, b}, &one);
  }
}

}  // namespace

void check_reach(ArrayRef<Instruction *> code, addresses_are treatment, reports &report) {
  starts start;
  for (Instruction *one : code) {
    if (treatment == addresses_are::used) {
      for (const auto &[address, _] : touched_by(*one)) check_step(start.of(address), address, report, one);
      for (Value *address : handed_on_by(*one)) check_step(start.of(address), address, report, one);
      continue;
    }
    if (auto *step = dyn_cast<GetElementPtrInst>(one); step && step->isInBounds() && !is_element_of_named(*step))
      check_step(step->getPointerOperand(), step, report, step->getNextNode());
    check_pair(*one, report);
  }
}
