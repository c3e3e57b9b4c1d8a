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

// A view. Throws `bad-checkpoint` where the model has no such tensor.
at::Tensor named_tensor(const model& model, const tensor_name& name);

// A float32 value also fills the bits that a bfloat16 weight lacks.
void load_tensor(model& model, const tensor_name& name, const at::Tensor& stored);

// A weight as a checkpoint holds it: from its master if float32 is asked for, low-rank additions merged.
at::Tensor exported_weight(const model& model, const std::string& name, c10::ScalarType type);

}  // namespace gepo
