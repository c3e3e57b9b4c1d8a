#include "heads.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>

#include <algorithm>

#include "rms-norm.h"
#include "work-part.h"

namespace gepo {
namespace {

// Of a head's tokens, in the backward pass, all heads together: a GPU has room for about so many small teams.
constexpr int64_t most_units = 16384;

at::Tensor by_heads(const at::Tensor& qkv, const model_config& config) {
  return qkv.view({qkv.size(0), config.heads + 2 * config.key_heads, config.head_size});
}

at::Tensor queries_of(const at::Tensor& heads, const model_config& config) { return heads.narrow(1, 0, config.heads); }

at::Tensor keys_of(const at::Tensor& heads, const model_config& config) {
  return heads.narrow(1, config.heads, config.key_heads);
}

at::Tensor values_of(const at::Tensor& heads, const model_config& config) {
  return heads.narrow(1, config.heads + config.key_heads, config.key_heads);
}

const void* weight_of(const parameter* norm) { return norm == nullptr ? nullptr : address_of(norm->value); }

split_qkv fused_split(const at::Tensor& given, const head_norms& norms, const model_config& config,
                      const rotation& turn, const kernels& fused) {
  const auto qkv = given.contiguous();
  const auto tokens = qkv.size(0);
  const auto q = at::empty({tokens, config.heads, config.head_size}, qkv.options());
  const auto k = at::empty({tokens, config.key_heads, config.head_size}, qkv.options());
  const turn_call call{
      .type = number_of(qkv),
      .qkv = address_of(qkv),
      .query_weight = weight_of(norms.query),
      .key_weight = weight_of(norms.key),
      .cosines = address_of(turn.cosines),
      .sines = address_of(turn.sines),
      .queries = place_of(q),
      .keys = place_of(k),
      .tokens = tokens,
      .heads = config.heads,
      .key_heads = config.key_heads,
      .head_size = config.head_size,
      .epsilon = static_cast<float>(config.norm_epsilon),
  };
  run_kernel(fused, qkv, call);
  return {{q, k, values_of(by_heads(qkv, config), config)}, {}, {}};
}

at::Tensor fused_backward(const at::Tensor& given, const head_norms& norms, const model_config& config,
                          const rotation& turn, const attention_inputs& d_turned, const kernels& fused) {
  const auto qkv = given.contiguous();
  const auto d_queries = d_turned.q.contiguous();
  const auto d_keys = d_turned.k.contiguous();
  const auto d_values = d_turned.v.contiguous();
  const auto d_qkv = at::empty_like(qkv);
  const auto tokens = qkv.size(0);
  const bool is_trained = norms.query != nullptr && norms.query->trained;
  const auto all_heads = config.heads + 2 * config.key_heads;
  const auto slices = is_trained ? std::clamp<int64_t>(most_units / all_heads, 1, tokens) : tokens;
  const auto shares = is_trained ? at::empty({config.heads + config.key_heads, slices, config.head_size},
                                             qkv.options().dtype(at::kFloat))
                                 : at::Tensor();
  const backward_turn_call call{
      .type = number_of(qkv),
      .qkv = address_of(qkv),
      .query_weight = weight_of(norms.query),
      .key_weight = weight_of(norms.key),
      .cosines = address_of(turn.cosines),
      .sines = address_of(turn.sines),
      .d_queries = address_of(d_queries),
      .d_keys = address_of(d_keys),
      .d_values = address_of(d_values),
      .d_qkv = place_of(d_qkv),
      .shares = place_of<float>(shares),
      .tokens = tokens,
      .heads = config.heads,
      .key_heads = config.key_heads,
      .head_size = config.head_size,
      .slices = slices,
      .epsilon = static_cast<float>(config.norm_epsilon),
  };
  run_kernel(fused, qkv, call);
  if (is_trained) {
    add_slices_to_gradient(*norms.query, shares.narrow(0, 0, config.heads).flatten(0, 1), fused);
    add_slices_to_gradient(*norms.key, shares.narrow(0, config.heads, config.key_heads).flatten(0, 1), fused);
  }
  return d_qkv;
}

}  // namespace

split_qkv split_heads(const at::Tensor& qkv, const head_norms& norms, const model_config& config, const rotation& turn,
                      const kernels* fused) {
  const auto part = working_on(work_part::rotary);
  if (fused != nullptr) return fused_split(qkv, norms, config, turn, *fused);
  const auto heads = by_heads(qkv, config);
  auto q = queries_of(heads, config);
  auto k = keys_of(heads, config);
  split_qkv split;
  if (norms.query != nullptr) {
    const auto normal_q = rms_norm(q, norms.query->value, config.norm_epsilon, nullptr);
    const auto normal_k = rms_norm(k, norms.key->value, config.norm_epsilon, nullptr);
    q = normal_q.output;
    k = normal_k.output;
    split.q_inverse_rms = normal_q.inverse_rms;
    split.k_inverse_rms = normal_k.inverse_rms;
  }
  split.turned = {rotate(q, turn), rotate(k, turn), values_of(heads, config)};
  return split;
}

at::Tensor backward_split_heads(const at::Tensor& qkv, const split_qkv& split, const head_norms& norms,
                                const model_config& config, const rotation& turn, const attention_inputs& d_turned,
                                const kernels* fused) {
  const auto part = working_on(work_part::rotary);
  if (fused != nullptr) return fused_backward(qkv, norms, config, turn, d_turned, *fused);
  auto dq = rotate_back(d_turned.q, turn);
  auto dk = rotate_back(d_turned.k, turn);
  if (norms.query != nullptr) {
    const auto heads = by_heads(qkv, config);
    dq = backward_rms_norm(queries_of(heads, config), split.q_inverse_rms, *norms.query, dq, {}, nullptr);
    dk = backward_rms_norm(keys_of(heads, config), split.k_inverse_rms, *norms.key, dk, {}, nullptr);
  }
  return at::cat({dq, dk, d_turned.v}, 1).flatten(1);
}

}  // namespace gepo
