// Log-probabilities on their way from the device to JavaScript, and derivatives by them on the way back.
#pragma once
#include "js-values.h"
#include "model.h"

namespace gepo {

struct host_log_probs {
  std::vector<double> sums;
  std::vector<float> tokens, entropies;
  std::vector<int32_t> offsets;
  bool with_entropies = false;
};

host_log_probs gather(const token_log_probs& values, const packed_batch& batch);
js_record to_record(napi_env env, const host_log_probs& values);

struct host_gradient {
  std::vector<double> per_sequence;
  std::vector<float> per_token, per_entropy;
  bool by_sequence = false;
};

host_gradient read_gradient(const js_object& from);
// Throws `bad-input` where the numbers do not fit the batch.
token_gradient to_device(const host_gradient& host, const packed_batch& batch, const model_options& options);

template <typename T>
std::vector<T> to_host(const at::Tensor& tensor, c10::ScalarType type) {
  // What is counted and not computed has no values.
  if (tensor.is_meta()) return std::vector<T>(tensor.numel());
  const auto flat = tensor.to(at::kCPU, type).contiguous().view({-1});
  const auto* first = flat.const_data_ptr<T>();
  return {first, first + flat.numel()};
}

}  // namespace gepo
