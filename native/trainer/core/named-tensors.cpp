#include "named-tensors.h"

#include <ATen/ops/mm.h>

#include <sstream>

#include "adamw.h"
#include "job.h"

namespace gepo {
namespace {

const named_rows& find(const model& model, const std::string& name) {
  for (const auto& candidate : model.names()) {
    if (candidate.name == name) return candidate;
  }
  fail("bad-checkpoint", "The model has no tensor " + name + ": the checkpoint is of another model.");
}

const at::Tensor& whole_part(const parameter& owner, tensor_part part) {
  switch (part) {
    case tensor_part::value: return owner.value;
    case tensor_part::missing_bits: return owner.missing_bits;
    case tensor_part::first_moment: return owner.first_moment;
    default: return owner.second_moment;
  }
}

at::Tensor rows_of(const named_rows& rows, tensor_part part) {
  const auto& whole = whole_part(*rows.owner, part);
  if (!whole.defined()) {
    fail("bad-checkpoint", "The model keeps no such state for " + rows.name +
                               ": open it with the training options that the state was saved under.");
  }
  return whole.narrow(0, rows.first_row, rows.rows);
}

void check_shape(const at::Tensor& found, const at::Tensor& wanted, const std::string& name) {
  if (found.sizes() == wanted.sizes()) return;
  std::ostringstream words;
  words << "Tensor " << name << " has the shape " << found.sizes() << " and config.json asks for " << wanted.sizes()
        << ": they are of different models.";
  fail("bad-checkpoint", words.str());
}

}  // namespace

std::vector<listed_tensor> list_tensors(const model& model, bool training_state) {
  std::vector<listed_tensor> listed;
  for (const auto& rows : model.names()) {
    if (training_state && !rows.owner->trained) continue;
    for (const auto part :
         {tensor_part::value, tensor_part::missing_bits, tensor_part::first_moment, tensor_part::second_moment}) {
      const auto& whole = whole_part(*rows.owner, part);
      if (!whole.defined() || (!training_state && part != tensor_part::value)) continue;
      auto shape = whole.sizes().vec();
      shape[0] = rows.rows;
      listed.push_back({{rows.name, part}, whole.scalar_type(), shape});
    }
  }
  return listed;
}

at::Tensor named_tensor(const model& model, const tensor_name& name) {
  return rows_of(find(model, name.name), name.part);
}

void load_tensor(model& model, const tensor_name& name, const at::Tensor& stored) {
  const auto& rows = find(model, name.name);
  const auto target = rows_of(rows, name.part);
  check_shape(stored, target, name.name);
  const bool widens = name.part == tensor_part::value && rows.owner->missing_bits.defined();
  if (!widens) {
    target.copy_(stored);
    return;
  }
  const auto missing = rows_of(rows, tensor_part::missing_bits);
  if (stored.scalar_type() == c10::kFloat) {
    split_master(stored.to(target.device()), target, missing);
  } else {
    target.copy_(stored);
    missing.zero_();
  }
}

at::Tensor exported_weight(const model& model, const std::string& name, c10::ScalarType type) {
  const auto& rows = find(model, name);
  auto value = rows_of(rows, tensor_part::value);
  if (type == c10::kFloat && rows.owner->missing_bits.defined()) {
    return join_master(value, rows_of(rows, tensor_part::missing_bits));
  }
  for (const auto& layer : model.layers()) {
    for (const auto* candidate : {&layer.qkv, &layer.output, &layer.gate_up, &layer.down}) {
      if (candidate->weight != rows.owner) continue;
      for (const auto& addition : candidate->additions) {
        if (addition.first_row != rows.first_row) continue;
        const auto product = at::mm(addition.up->value, addition.down->value);
        value = value.to(product.scalar_type()).add(product, candidate->scale);
      }
    }
  }
  return value.to(type);
}

}  // namespace gepo
