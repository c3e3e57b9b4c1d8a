#include "meta-operations.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/resize.h>
#include <torch/library.h>

#include "memory-tally.h"
#include "tensor.h"

namespace gepo {
namespace {

using c10::Stack;

at::Tensor like(const at::Tensor& x) { return at::empty_like(x, at::MemoryFormat::Contiguous); }

at::Tensor make(at::IntArrayRef shape, const at::Tensor& beside, c10::ScalarType type) {
  return at::empty(shape, beside.options().dtype(type));
}

// Takes an operation's arguments off the stack: all of them, however many its release of libtorch has.
std::vector<c10::IValue> take_arguments(const c10::OperatorHandle& operation, Stack& stack) {
  const auto count = operation.schema().arguments().size();
  std::vector<c10::IValue> arguments(stack.end() - static_cast<int64_t>(count), stack.end());
  stack.erase(stack.end() - static_cast<int64_t>(count), stack.end());
  return arguments;
}

void index_select(const c10::OperatorHandle& operation, Stack* stack) {
  const auto given = take_arguments(operation, *stack);
  const auto& self = given[0].toTensor();
  auto shape = self.sizes().vec();
  shape[given[1].toInt()] = given[2].toTensor().numel();
  stack->push_back(at::empty(shape, self.options()));
}

void wide_product(const c10::OperatorHandle& operation, Stack* stack) {
  const auto given = take_arguments(operation, *stack);
  const auto& left = given[0].toTensor();
  stack->push_back(make({left.size(0), given[1].toTensor().size(1)}, left, given[2].toScalarType()));
}

// (self, left, right, type, *, beta, alpha, out): what it writes to is there already.
void wide_sum_of_products(const c10::OperatorHandle& operation, Stack* stack) {
  stack->push_back(take_arguments(operation, *stack).back());
}

void flash_attention(const c10::OperatorHandle& operation, Stack* stack) {
  const auto q = take_arguments(operation, *stack)[0].toTensor();
  stack->push_back(like(q));
  stack->push_back(make({q.size(1), q.size(0)}, q, at::kFloat));  // logarithms of the sums
  stack->push_back(make({2}, q, at::kLong));
  stack->push_back(make({0}, q, at::kLong));
  stack->push_back(make({0}, q, q.scalar_type()));
}

void backward_flash_attention(const c10::OperatorHandle& operation, Stack* stack) {
  const auto given = take_arguments(operation, *stack);
  const auto &q = given[1].toTensor(), &k = given[2].toTensor(), &v = given[3].toTensor();
  const auto made = std::tuple(like(q), like(k), like(v));
  // Float32 sums of the queries' derivatives and of rows, each sequence rounded up to 128 tokens; and where several
  // queries share a key, what each gives it.
  const auto rounded = q.size(0) + 128 * (given[6].toTensor().numel() - 1);
  const auto sums = make({rounded, q.size(1), q.size(2)}, q, at::kFloat);
  const auto rows = make({q.size(1), rounded}, q, at::kFloat);
  const bool shares_keys = q.size(1) != k.size(1);
  const auto keys_apart = shares_keys ? make({k.size(0), q.size(1), q.size(2)}, k, k.scalar_type()) : at::Tensor();
  const auto values_apart = shares_keys ? like(keys_apart) : at::Tensor();
  stack->push_back(std::get<0>(made));
  stack->push_back(std::get<1>(made));
  stack->push_back(std::get<2>(made));
}

void efficient_attention(const c10::OperatorHandle& operation, Stack* stack) {
  const auto q = take_arguments(operation, *stack)[0].toTensor();
  // Laid out token by token, as the kernel does.
  stack->push_back(make({q.size(0), q.size(2), q.size(1), q.size(3)}, q, q.scalar_type()).transpose(1, 2));
  stack->push_back(make({q.size(0), q.size(1), q.size(2)}, q, at::kFloat));
  stack->push_back(make({}, q, at::kLong));
  stack->push_back(make({}, q, at::kLong));
}

void backward_efficient_attention(const c10::OperatorHandle& operation, Stack* stack) {
  const auto given = take_arguments(operation, *stack);
  for (int i = 1; i <= 3; ++i) stack->push_back(like(given[i].toTensor()));
  stack->push_back(at::Tensor());
}

void norm(const c10::OperatorHandle& operation, Stack* stack) {
  const auto x = take_arguments(operation, *stack)[0].toTensor();
  auto shape = x.sizes().vec();
  shape.back() = 1;
  stack->push_back(like(x));
  stack->push_back(make(shape, x, at::kFloat));
}

void backward_norm(const c10::OperatorHandle& operation, Stack* stack) {
  const auto given = take_arguments(operation, *stack);
  const bool wants_weight = given[5].toBoolList()[1];
  stack->push_back(like(given[1].toTensor()));
  stack->push_back(wants_weight ? like(given[4].toTensor()) : at::Tensor());
}

// (self, *, out)
void absolute(const c10::OperatorHandle& operation, Stack* stack) {
  const auto given = take_arguments(operation, *stack);
  stack->push_back(given[1].toTensor().resize_(given[0].toTensor().sizes()));
}

// In place: nothing comes out.
void adamw(const c10::OperatorHandle& operation, Stack* stack) { take_arguments(operation, *stack); }

// As if every entry were there once.
void unique(const c10::OperatorHandle& operation, Stack* stack) {
  const auto ids = take_arguments(operation, *stack)[0].toTensor();
  stack->push_back(like(ids));
  stack->push_back(like(ids));
}

}  // namespace

void prepare_meta() {
  meta_tally();
  using torch::CppFunction;
  using torch::Library;
  static auto library = [] {
    Library made(Library::IMPL, "aten", c10::DispatchKey::Meta, __FILE__, __LINE__);
    made.impl("index_select", CppFunction::makeFromBoxedFunction<&index_select>());
    made.impl("mm.dtype", CppFunction::makeFromBoxedFunction<&wide_product>());
    made.impl("addmm.dtype_out", CppFunction::makeFromBoxedFunction<&wide_sum_of_products>());
    made.impl("_flash_attention_forward", CppFunction::makeFromBoxedFunction<&flash_attention>());
    made.impl("_flash_attention_backward", CppFunction::makeFromBoxedFunction<&backward_flash_attention>());
    made.impl("_scaled_dot_product_efficient_attention", CppFunction::makeFromBoxedFunction<&efficient_attention>());
    made.impl("_scaled_dot_product_efficient_attention_backward",
              CppFunction::makeFromBoxedFunction<&backward_efficient_attention>());
    made.impl("_fused_rms_norm", CppFunction::makeFromBoxedFunction<&norm>());
    made.impl("_fused_rms_norm_backward", CppFunction::makeFromBoxedFunction<&backward_norm>());
    made.impl("_fused_adamw_", CppFunction::makeFromBoxedFunction<&adamw>());
    made.impl("abs.out", CppFunction::makeFromBoxedFunction<&absolute>());
    made.impl("_unique", CppFunction::makeFromBoxedFunction<&unique>());
    return made;
  }();
}

}  // namespace gepo
