#include "cost-ledger.h"

#include <ATen/core/function_schema.h>
#include <ATen/core/ivalue.h>
#include <ATen/record_function.h>

#include <algorithm>
#include <map>
#include <stdexcept>
#include <tuple>

#include "../kernels/kernels-on.h"
#include "memory-tally.h"

namespace gepo {
namespace {

// --- the engine's own kernels ---

struct launch_counter {
  template <class Work>
  void each(const Work&, int64_t count) const {
    if (count > 0) ++idle_launches();
  }
  template <class Work>
  void teams(const Work&, int64_t count, int64_t, int64_t = 0) const {
    if (count > 0) ++idle_launches();
  }
};

// --- libtorch's operations ---

// What one tensor of an operation takes to go through: entries that lie in the same place count once.
int64_t bytes_through(const at::Tensor& x) {
  int64_t entries = 1;
  for (int64_t i = 0; i < x.dim(); ++i) entries *= x.stride(i) == 0 && x.size(i) > 1 ? 1 : x.size(i);
  return entries * static_cast<int64_t>(x.element_size());
}

template <class Visit>
void for_each_tensor(const c10::IValue& value, Visit visit) {
  if (value.isTensor()) {
    if (value.toTensor().defined()) visit(value.toTensor());
  } else if (value.isTensorList()) {
    for (const at::Tensor& x : value.toTensorList()) visit(x);
  } else if (value.isList()) {
    for (const c10::IValue& inner : value.toListRef()) for_each_tensor(inner, visit);
  }
}

// Pairs of tokens that attend to each other, of as many queries as keys.
double causal_pairs(int64_t queries) { return 0.5 * static_cast<double>(queries) * static_cast<double>(queries + 1); }

// Of runs that lie between these bounds, which are on the host.
double pairs_between(const at::Tensor& queries, const at::Tensor& keys, bool is_causal) {
  double pairs = 0;
  for (int64_t i = 0; i + 1 < queries.numel(); ++i) {
    const auto length = [i](const at::Tensor& bounds) {
      const auto* starts = bounds.const_data_ptr<int32_t>();
      return starts[i + 1] - starts[i];
    };
    pairs += is_causal ? causal_pairs(length(queries))
                       : static_cast<double>(length(queries)) * static_cast<double>(length(keys));
  }
  return pairs;
}

// Two products for each pair in the forward pass, and five in the backward pass, which computes the scores once more.
int64_t attention_flops(const at::Tensor& q, int64_t heads, double pairs, bool is_backward) {
  const auto one = 2 * static_cast<double>(heads * q.size(-1)) * pairs;
  return static_cast<int64_t>((is_backward ? 5 : 2) * one);
}

int64_t product_flops(const at::Tensor& left, const at::Tensor& right) {
  return 2 * left.size(0) * left.size(1) * right.size(1);
}

class counter {
 public:
  explicit counter(c10::Device device) : device_(device) {
    if (device.is_cpu()) {
      put_in_place(cpu_tally());
    } else if (!device.is_meta()) {
      throw std::logic_error("work is counted on the CPU and on meta alone");
    }
    tally().mark();
    held_at_start_ = tally().in_use();
    handle_ = at::addThreadLocalCallback(at::RecordFunctionCallback(&began, &ended)
                                             .needsInputs(true)
                                             .needsOutputs(true)
                                             .scopes({at::RecordScope::FUNCTION}));
  }

  ~counter() {
    at::removeCallback(handle_);
    if (device_.is_cpu()) remove(cpu_tally());
  }

  counted_work result() {
    counted_work work{{}, tally().peak() - held_at_start_, tally().allocations()};
    for (auto& [key, operation] : by_key_) work.operations.push_back(std::move(operation));
    return work;
  }

  void add(const std::string& name, int64_t kernels, int64_t flops, int64_t read, int64_t written) {
    const auto key = std::tuple(current_phase, current_part, name, kernels, flops, read, written);
    auto& found = by_key_[key];
    if (found.calls == 0) found = {current_phase, current_part, name, kernels, flops, read, written};
    ++found.calls;
  }

 private:
  // An operation that has begun.
  struct frame {
    int64_t kernels = 1, flops = 0, read = 0, written = 0;
    // Whether what it asked other operations for is all of its work.
    bool is_made_of_others = false;
    bool is_on_device = false;
  };

  memory_tally& tally() const { return device_.is_cpu() ? cpu_tally() : meta_tally(); }

  static std::unique_ptr<at::ObserverContext> began(const at::RecordFunction& function);
  static void ended(const at::RecordFunction& function, at::ObserverContext*);
  frame read_inputs(const at::RecordFunction& function) const;
  void close(const at::RecordFunction& function);

  c10::Device device_;
  at::CallbackHandle handle_;
  int64_t held_at_start_ = 0;
  std::vector<frame> open_;
  std::map<std::tuple<work_phase, work_part, std::string, int64_t, int64_t, int64_t, int64_t>, counted_operation>
      by_key_;
};

thread_local std::unique_ptr<counter> running;

bool starts_with(const std::string& name, const char* beginning) { return name.rfind(beginning, 0) == 0; }

// Its results lie where its inputs do, or hold nothing yet: no kernel is started.
bool only_makes_room(const std::string& name) {
  return starts_with(name, "aten::empty") || starts_with(name, "aten::new_empty") || starts_with(name, "aten::resize");
}

bool is_view(const c10::FunctionSchema& schema) {
  const auto& returns = schema.returns();
  return std::any_of(returns.begin(), returns.end(), [](const c10::Argument& result) {
    return result.alias_info() != nullptr && !result.alias_info()->isWrite();
  });
}

// What it writes to is filled anew, whatever was there.
bool overwrites(const std::string& name, const c10::Argument& argument) {
  static const char* const fillers[] = {"aten::copy_",   "aten::zero_",   "aten::fill_",
                                        "aten::normal_", "aten::random_", "aten::uniform_"};
  return argument.is_out() ||
         std::any_of(std::begin(fillers), std::end(fillers), [&](auto* filler) { return name == filler; });
}

// Bytes of a tensor that has so many entries as `like` has.
int64_t as_many(const at::Tensor& x, const at::Tensor& like) {
  return like.numel() * static_cast<int64_t>(x.element_size());
}

counter::frame counter::read_inputs(const at::RecordFunction& function) const {
  frame made;
  const auto schema = function.operator_schema();
  if (!schema.has_value()) return made;
  const auto& name = schema->name();
  const auto inputs = function.inputs();
  const auto& arguments = schema->arguments();
  const auto tensor = [&](size_t i) -> const at::Tensor& { return inputs[i].toTensor(); };
  const auto is_causal = [&] {
    const auto found = std::find_if(arguments.begin(), arguments.end(),
                                    [](const c10::Argument& argument) { return argument.name() == "is_causal"; });
    return inputs[found - arguments.begin()].toBool();
  };
  const auto count = std::min(inputs.size(), arguments.size());
  for (size_t i = 0; i < count; ++i) {
    const auto* alias = arguments[i].alias_info();
    const bool is_written = alias != nullptr && alias->isWrite();
    for_each_tensor(inputs[i], [&](const at::Tensor& x) {
      made.is_on_device = made.is_on_device || x.device().type() == device_.type();
      if (!is_written || !overwrites(name, arguments[i])) made.read += bytes_through(x);
      if (is_written) made.written += bytes_through(x);
    });
  }
  if (name == "aten::mm") {
    made.flops = product_flops(tensor(0), tensor(1));
  } else if (starts_with(name, "aten::addmm")) {
    made.flops = product_flops(tensor(1), tensor(2));
  } else if (name == "aten::_flash_attention_forward") {
    made.flops = attention_flops(tensor(0), tensor(0).size(1), pairs_between(tensor(3), tensor(4), is_causal()), false);
  } else if (name == "aten::_flash_attention_backward") {
    made.flops = attention_flops(tensor(1), tensor(1).size(1), pairs_between(tensor(6), tensor(7), is_causal()), true);
    // Before the kernel one for the rows' products, after it one that narrows the queries' sums, and two that add up
    // what the queries of a key's head gave.
    const auto& q = tensor(1);
    const bool shares_keys = q.size(1) != tensor(2).size(1);
    made.kernels = shares_keys ? 5 : 3;
    const auto& k = tensor(2);
    const auto sums = q.numel() * 4;
    const auto apart = shares_keys ? 2 * k.numel() / k.size(1) * q.size(1) * static_cast<int64_t>(k.element_size()) : 0;
    made.read += sums + apart;
    made.written += sums + apart;
  } else if (starts_with(name, "aten::_scaled_dot_product")) {
    const bool is_backward = name.ends_with("backward");
    const auto& q = tensor(is_backward ? 1 : 0);
    const auto& k = tensor(is_backward ? 2 : 1);
    const auto pairs = is_causal() ? causal_pairs(q.size(2))
                                   : static_cast<double>(q.size(2)) * static_cast<double>(k.size(2));
    made.flops = attention_flops(q, q.size(1), pairs, is_backward);
  } else if (name == "aten::index_select") {
    const auto rows = tensor(2).numel() * (tensor(0).numel() / std::max<int64_t>(tensor(0).size(0), 1));
    made.read = bytes_through(tensor(2)) + rows * static_cast<int64_t>(tensor(0).element_size());
  } else if (name == "aten::gather") {
    made.read = bytes_through(tensor(2)) + as_many(tensor(0), tensor(2));
  } else if (name == "aten::index_add_" || name == "aten::scatter_add_" || name == "aten::index_copy_") {
    const auto touched = as_many(tensor(0), tensor(3));
    made.read = bytes_through(tensor(2)) + bytes_through(tensor(3)) + (name == "aten::index_copy_" ? 0 : touched);
    made.written = touched;
  }
  return made;
}

std::unique_ptr<at::ObserverContext> counter::began(const at::RecordFunction& function) {
  running->open_.push_back(running->read_inputs(function));
  return nullptr;
}

void counter::ended(const at::RecordFunction& function, at::ObserverContext*) { running->close(function); }

void counter::close(const at::RecordFunction& function) {
  auto done = std::move(open_.back());
  open_.pop_back();
  const auto schema = function.operator_schema();
  if (!schema.has_value() || only_makes_room(schema->name())) return;
  const auto& returns = schema->returns();
  const auto& outputs = function.outputs();
  for (size_t i = 0; i < outputs.size(); ++i) {
    const bool is_new = i >= returns.size() || returns[i].alias_info() == nullptr;
    for_each_tensor(outputs[i], [&](const at::Tensor& x) {
      done.is_on_device = done.is_on_device || x.device().type() == device_.type();
      if (is_new) done.written += bytes_through(x);
    });
  }
  const bool computes = !done.is_made_of_others && !is_view(*schema) && done.is_on_device;
  if (!open_.empty()) open_.back().is_made_of_others |= computes || done.is_made_of_others;
  if (computes) add(schema->name(), done.kernels, done.flops, done.read, done.written);
}

}  // namespace

void start_counting(c10::Device device) { running = std::make_unique<counter>(device); }

counted_work end_counting() {
  const auto ended = std::move(running);
  if (ended == nullptr) throw std::logic_error("nothing is being counted");
  return ended->result();
}

bool is_counting() { return running != nullptr; }

void count_kernel(const kernel_cost& cost, int64_t launches) {
  running->add(cost.name, launches, 0, cost.read, cost.written);
}

const kernels& idle_kernels() {
  static const kernels_on<launch_counter> made{launch_counter()};
  return made;
}

int64_t& idle_launches() {
  static thread_local int64_t launches = 0;
  return launches;
}

}  // namespace gepo
