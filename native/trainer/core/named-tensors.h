// A model's tensors under the names that checkpoints give them, and what the optimiser keeps for each.
#pragma once
#include "model.h"

namespace gepo {

enum class tensor_part { value, missing_bits, first_moment, second_moment };

struct tensor_name {
  std::string name;
  tensor_part part;
};

struct listed_tensor {
  tensor_name name;
  c10::ScalarType type;
  std::vector<int64_t> shape;
};

// The values of all tensors; or of those that are trained, with everything else that resumes training.
std::vector<listed_tensor> list_tensors(const model& model, bool training_state);

// The tensors of a model as files have them, whatever this rank owns of them: all ranks read the same ones in the same
// order. What names in a row have in common is gathered once.
class tensor_reader {
 public:
  explicit tensor_reader(const model& source) : source_(source) {}

  // Throws `bad-checkpoint` where the model has no such tensor.
  at::Tensor named(const tensor_name& name);

  // A weight as a checkpoint holds it: from its master if float32 is asked for, low-rank additions merged.
  at::Tensor exported(const std::string& name, c10::ScalarType type);

 private:
  at::Tensor rows_of(const named_rows& rows, tensor_part part);
  at::Tensor whole_of(const parameter& owner, tensor_part part);

  const model& source_;
  const parameter* last_owner_ = nullptr;
  tensor_part last_part_ = tensor_part::value;
  at::Tensor last_;
};

// Keeps of a whole tensor what this rank owns; with a float32 value also the bits that a bfloat16 weight lacks. `stored`
// is on any device.
void load_tensor(model& model, const tensor_name& name, const at::Tensor& stored);

// Throws `bad-checkpoint` unless the model has such a tensor of that shape.
void check_stored(const model& model, const tensor_name& name, at::IntArrayRef shape);

}  // namespace gepo
