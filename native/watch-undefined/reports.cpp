#include "reports.h"

#include <llvm/Transforms/Utils/BasicBlockUtils.h>

using namespace llvm;

void reports::when(Value *condition, StringRef what, Instruction *before) {
  IRBuilder<> builder(before);
  if (condition->getType()->isVectorTy()) condition = builder.CreateOrReduce(condition);
  if (auto *known = dyn_cast<ConstantInt>(condition); known && known->isZero()) return;
  always(what, SplitBlockAndInsertIfThen(condition, before->getIterator(), /*Unreachable=*/true));
}

void reports::always(StringRef what, Instruction *before) { ask("gepo_undefined", {text(what)}, before); }

void reports::ask(StringRef function, ArrayRef<Value *> arguments, Instruction *before) {
  SmallVector<Type *> types;
  for (Value *argument : arguments) types.push_back(argument->getType());
  auto *type = FunctionType::get(Type::getVoidTy(module.getContext()), types, false);
  IRBuilder<>(before).CreateCall(module.getOrInsertFunction(function, type), arguments);
}

Constant *reports::text(StringRef text) {
  Constant *&known = texts[text];
  if (!known) {
    auto *bytes = ConstantDataArray::getString(module.getContext(), text);
    known = new GlobalVariable(module, bytes->getType(), true, GlobalValue::PrivateLinkage, bytes, "gepo.text");
  }
  return known;
}
