// A model and its training as plain numbers; src/train/tensor-engine reads them out of config.json and checks them.
#pragma once
#include <c10/core/Device.h>
#include <c10/core/ScalarType.h>

#include <cstdint>
#include <string>
#include <vector>

namespace gepo {

// A decoder of the Llama family: Llama, Qwen2, Qwen3.
struct model_config {
  int64_t vocabulary = 0;
  int64_t hidden = 0;
  int64_t intermediate = 0;
  int64_t layers = 0;
  int64_t heads = 0;
  int64_t key_heads = 0;
  int64_t head_size = 0;
  int64_t max_positions = 0;
  double norm_epsilon = 0;
  bool head_norms = false;  // of queries and keys, head by head
  bool qkv_bias = false;
  bool output_bias = false;
  bool mlp_bias = false;
  bool tied = false;  // the head is the embedding
  std::vector<double> rotary_frequencies;  // (head_size / 2), radians per position
  double rotary_scale = 1;  // of cosines and sines
};

enum class training_kind { none, full, lora };

struct training_config {
  training_kind kind = training_kind::none;
  c10::ScalarType gradients = c10::kFloat;
  c10::ScalarType moments = c10::kFloat;
  bool master = true;
  int64_t rank = 0;
  double alpha = 0;
  std::vector<std::string> targets;  // linear layers that get additions, such as "q_proj"
  uint64_t seed = 0;
};

// What the ranks share out of a model, 0 to 3, and whether the optimiser's state is kept in the host's memory: see
// sharding.h.
struct zero_config {
  int stage = 0;
  bool offload = false;
};

// Kernels for what lies between matrix products and attention: ours where they serve best, ours in any case, or none.
enum class kernel_choice { automatic, fused, torch };

struct model_options {
  c10::Device device = c10::kCPU;
  c10::ScalarType number_type = c10::kFloat;
  training_config training;
  zero_config zero;
  int64_t activation_bytes = INT64_MAX;
  int64_t logit_rows = 1024;
  kernel_choice kernels = kernel_choice::automatic;
  bool share_prompts = true;  // whether a pass computes a prompt of several sequences once
};

}  // namespace gepo
