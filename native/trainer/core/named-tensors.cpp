#include "named-tensors.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
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

// What this rank has of it, which is all of it or what it owns.
const at::Tensor& held_part(const parameter& owner, tensor_part part) {
  switch (part) {
    case tensor_part::value: return owner.value.defined() ? owner.value : owner.value_part;
    case tensor_part::missing_bits: return owner.missing_bits;
    case tensor_part::first_moment: return owner.first_moment;
    default: return owner.second_moment;
  }
}

bool is_held_whole(const parameter& owner, tensor_part part) {
  return owner.owned.is_whole() || (part == tensor_part::value && owner.value.defined());
}

std::vector<int64_t> shape_of(const named_rows& rows) {
  auto shape = rows.owner->shape;
  shape[0] = rows.rows;
  return shape;
}

void refuse_state(const named_rows& rows) {
  fail("bad-checkpoint", "The model keeps no such state for " + rows.name +
                             ": open it with the training options that the state was saved under.");
}

// Copies a tensor's rows into what this rank has of its parameter.
void keep(const named_rows& rows, const at::Tensor& stored, tensor_part part) {
  const auto& owner = *rows.owner;
  const auto& held = held_part(owner, part);
  if (is_held_whole(owner, part)) {
    held.narrow(0, rows.first_row, rows.rows).copy_(stored);
    return;
  }
  const auto width = owner.owned.entries / owner.shape[0];
  const auto begin = rows.first_row * width, end = begin + rows.rows * width;
  const auto first = std::max(begin, owner.owned.first), last = std::min(end, owner.owned.first + owner.owned.count);
  if (first >= last) return;
  held.narrow(0, first - owner.owned.first, last - first)
      .copy_(stored.reshape({-1}).narrow(0, first - begin, last - first));
}

}  // namespace

std::vector<listed_tensor> list_tensors(const model& model, bool training_state) {
  std::vector<listed_tensor> listed;
  for (const auto& rows : model.names()) {
    if (training_state && !rows.owner->trained) continue;
    for (const auto part :
         {tensor_part::value, tensor_part::missing_bits, tensor_part::first_moment, tensor_part::second_moment}) {
      const auto& held = held_part(*rows.owner, part);
      if (!held.defined() || (!training_state && part != tensor_part::value)) continue;
      listed.push_back({{rows.name, part}, held.scalar_type(), shape_of(rows)});
    }
  }
  return listed;
}

at::Tensor tensor_reader::whole_of(const parameter& owner, tensor_part part) {
  const auto& held = held_part(owner, part);
  if (is_held_whole(owner, part)) return held;
  if (last_owner_ != &owner || last_part_ != part) {
    last_ = source_.shared().gather(owner, held);
    last_owner_ = &owner;
    last_part_ = part;
  }
  return last_;
}

at::Tensor tensor_reader::rows_of(const named_rows& rows, tensor_part part) {
  if (!held_part(*rows.owner, part).defined()) refuse_state(rows);
  return whole_of(*rows.owner, part).narrow(0, rows.first_row, rows.rows);
}

at::Tensor tensor_reader::named(const tensor_name& name) { return rows_of(find(source_, name.name), name.part); }

at::Tensor tensor_reader::exported(const std::string& name, c10::ScalarType type) {
  const auto& rows = find(source_, name);
  auto value = rows_of(rows, tensor_part::value);
  if (type == c10::kFloat && rows.owner->missing_bits.defined()) {
    const auto missing = rows_of(rows, tensor_part::missing_bits);
    return join_master(value.to(missing.device()), missing);
  }
  for (const auto& layer : source_.layers()) {
    for (const auto* candidate : {&layer.qkv, &layer.output, &layer.gate_up, &layer.down}) {
      if (candidate->weight != rows.owner) continue;
      for (const auto& addition : candidate->additions) {
        if (addition.first_row != rows.first_row) continue;
        const auto up = whole_of(*addition.up, tensor_part::value);
        const auto product = at::mm(up, whole_of(*addition.down, tensor_part::value));
        value = value.to(product.scalar_type()).add(product, candidate->scale);
      }
    }
  }
  return value.to(type);
}

void check_stored(const model& model, const tensor_name& name, at::IntArrayRef shape) {
  const auto& rows = find(model, name.name);
  if (!held_part(*rows.owner, name.part).defined()) refuse_state(rows);
  const auto wanted = shape_of(rows);
  if (shape == at::IntArrayRef(wanted)) return;
  std::ostringstream words;
  words << "Tensor " << name.name << " has the shape " << shape << " and config.json asks for "
        << at::IntArrayRef(wanted) << ": they are of different models.";
  fail("bad-checkpoint", words.str());
}

void load_tensor(model& model, const tensor_name& name, const at::Tensor& stored) {
  check_stored(model, name, stored.sizes());
  const auto& rows = find(model, name.name);
  const auto& owner = *rows.owner;
  const bool widens = name.part == tensor_part::value && owner.missing_bits.defined();
  if (!widens) return keep(rows, stored, name.part);
  if (stored.scalar_type() == c10::kFloat) {
    const auto value = at::empty(stored.sizes(), owner.options);
    const auto missing = at::empty(stored.sizes(), value.options().dtype(c10::kShort));
    split_master(stored.to(value.device()), value, missing);
    keep(rows, value, tensor_part::value);
    keep(rows, missing, tensor_part::missing_bits);
  } else {
    keep(rows, stored, tensor_part::value);
    keep(rows, at::zeros(stored.sizes(), stored.options().dtype(c10::kShort)), tensor_part::missing_bits);
  }
}

}  // namespace gepo
