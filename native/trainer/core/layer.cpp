#include "layer.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/silu.h>
#include <ATen/ops/silu_backward.h>

namespace gepo {
namespace {

at::Tensor gated(const at::Tensor& gate_up) {
  const auto width = gate_up.size(1) / 2;
  return at::silu(gate_up.narrow(1, 0, width)) * gate_up.narrow(1, width, width);
}

at::Tensor backward_gated(const at::Tensor& gate_up, const at::Tensor& d_output) {
  const auto width = gate_up.size(1) / 2;
  const auto gate = gate_up.narrow(1, 0, width);
  const auto up = gate_up.narrow(1, width, width);
  return at::cat({at::silu_backward(d_output * up, gate), d_output * at::silu(gate)}, 1);
}

int64_t bytes_of(const at::Tensor& x) { return x.defined() ? static_cast<int64_t>(x.nbytes()) : 0; }

}  // namespace

int64_t kept_bytes(const layer_activations& a) {
  int64_t bytes = bytes_of(a.before_attention.output) + bytes_of(a.before_attention.inverse_rms) +
                  bytes_of(a.q_inverse_rms) + bytes_of(a.k_inverse_rms) + bytes_of(a.turned.q) +
                  bytes_of(a.turned.k) + bytes_of(a.attention.output) + bytes_of(a.middle) +
                  bytes_of(a.before_mlp.output) + bytes_of(a.before_mlp.inverse_rms) + bytes_of(a.gate_up);
  // The values are a view into the product that the plain queries and keys are views into: that is kept whole.
  bytes += bytes_of(a.turned.v) * (a.turned.q.size(1) + 2 * a.turned.k.size(1)) / a.turned.k.size(1);
  for (const auto& saved : a.attention.saved) bytes += bytes_of(saved);
  return bytes;
}

void project(const decoder_layer& layer, layer_activations& a, const model_config& config, const rotation& turn,
             bool with_additions) {
  const auto tokens = a.input.size(0);
  const auto size = config.head_size;
  a.before_attention = rms_norm(a.input, layer.input_norm->value, config.norm_epsilon);
  const auto qkv = apply_linear(layer.qkv, a.before_attention.output, with_additions);
  const auto heads = qkv.view({tokens, config.heads + 2 * config.key_heads, size});
  auto q = heads.narrow(1, 0, config.heads);
  auto k = heads.narrow(1, config.heads, config.key_heads);
  if (layer.query_norm != nullptr) {
    a.plain_q = q;
    a.plain_k = k;
    auto normal_q = rms_norm(q, layer.query_norm->value, config.norm_epsilon);
    auto normal_k = rms_norm(k, layer.key_norm->value, config.norm_epsilon);
    q = normal_q.output;
    k = normal_k.output;
    a.q_inverse_rms = normal_q.inverse_rms;
    a.k_inverse_rms = normal_k.inverse_rms;
  }
  a.turned = {rotate(q, turn), rotate(k, turn), heads.narrow(1, config.heads + config.key_heads, config.key_heads)};
}

at::Tensor finish_layer(const decoder_layer& layer, layer_activations& a, const at::Tensor& attended,
                        const model_config& config, bool with_additions) {
  a.middle = a.input + apply_linear(layer.output, attended, with_additions);
  a.before_mlp = rms_norm(a.middle, layer.post_norm->value, config.norm_epsilon);
  a.gate_up = apply_linear(layer.gate_up, a.before_mlp.output, with_additions);
  return a.middle + apply_linear(layer.down, gated(a.gate_up), with_additions);
}

at::Tensor forward_layer(const decoder_layer& layer, layer_activations& a, const layer_context& context) {
  project(layer, a, context.config, context.turn, context.with_additions);
  a.attention = attend(a.turned.q, a.turned.k, a.turned.v, context.batch);
  return finish_layer(layer, a, a.attention.output.flatten(1), context.config, context.with_additions);
}

at::Tensor backward_layer(const decoder_layer& layer, const layer_activations& a, const at::Tensor& d_output,
                          const layer_context& context) {
  const bool with_additions = context.with_additions;
  const auto d_gated = backward_linear(layer.down, gated(a.gate_up), d_output, with_additions);
  const auto d_gate_up = backward_gated(a.gate_up, d_gated);
  const auto d_mlp_input = backward_linear(layer.gate_up, a.before_mlp.output, d_gate_up, with_additions);
  const auto d_middle =
      d_output + backward_rms_norm(a.middle, a.before_mlp.inverse_rms, *layer.post_norm, d_mlp_input);

  const auto d_attended = backward_linear(layer.output, a.attention.output.flatten(1), d_middle, with_additions);
  auto d_attention = backward_attend(a.turned.q, a.turned.k, a.turned.v, a.attention,
                                     d_attended.view(a.attention.output.sizes()), context.batch);
  auto dq = rotate_back(d_attention.queries, context.turn);
  auto dk = rotate_back(d_attention.keys, context.turn);
  if (layer.query_norm != nullptr) {
    dq = backward_rms_norm(a.plain_q, a.q_inverse_rms, *layer.query_norm, dq);
    dk = backward_rms_norm(a.plain_k, a.k_inverse_rms, *layer.key_norm, dk);
  }
  const auto d_qkv = at::cat({dq, dk, d_attention.values}, 1).flatten(1);
  const auto d_normal = backward_linear(layer.qkv, a.before_attention.output, d_qkv, with_additions);
  return d_middle + backward_rms_norm(a.input, a.before_attention.inverse_rms, *layer.input_norm, d_normal);
}

}  // namespace gepo
