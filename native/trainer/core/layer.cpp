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

// The heads of qkv, before and after norm and turn.
struct heads {
  at::Tensor plain_q, plain_k;              // (T, H or H_k, head_size)
  at::Tensor q_inverse_rms, k_inverse_rms;  // of the norms, if there are any
  attention_inputs turned;
};

heads split_heads(const decoder_layer& layer, const at::Tensor& qkv, const model_config& config, const rotation& turn) {
  const auto all = qkv.view({qkv.size(0), config.heads + 2 * config.key_heads, config.head_size});
  heads split;
  split.plain_q = all.narrow(1, 0, config.heads);
  split.plain_k = all.narrow(1, config.heads, config.key_heads);
  auto q = split.plain_q;
  auto k = split.plain_k;
  if (layer.query_norm != nullptr) {
    const auto normal_q = rms_norm(q, layer.query_norm->value, config.norm_epsilon);
    const auto normal_k = rms_norm(k, layer.key_norm->value, config.norm_epsilon);
    q = normal_q.output;
    k = normal_k.output;
    split.q_inverse_rms = normal_q.inverse_rms;
    split.k_inverse_rms = normal_k.inverse_rms;
  }
  split.turned = {rotate(q, turn), rotate(k, turn), all.narrow(1, config.heads + config.key_heads, config.key_heads)};
  return split;
}

}  // namespace

int64_t kept_bytes(const layer_activations& a) {
  int64_t bytes = bytes_of(a.qkv) + bytes_of(a.attention.output) + bytes_of(a.middle) + bytes_of(a.gate_up);
  for (const auto& saved : a.attention.saved) bytes += bytes_of(saved);
  return bytes;
}

attention_inputs project(const decoder_layer& layer, layer_activations& a, const model_config& config,
                         const rotation& turn, bool with_additions) {
  const auto normal = rms_norm(a.input, layer.input_norm->value, config.norm_epsilon);
  a.qkv = apply_linear(layer.qkv, normal.output, with_additions);
  return split_heads(layer, a.qkv, config, turn).turned;
}

at::Tensor finish_layer(const decoder_layer& layer, layer_activations& a, const at::Tensor& attended,
                        const model_config& config, bool with_additions) {
  a.middle = a.input + apply_linear(layer.output, attended, with_additions);
  const auto normal = rms_norm(a.middle, layer.post_norm->value, config.norm_epsilon);
  a.gate_up = apply_linear(layer.gate_up, normal.output, with_additions);
  return a.middle + apply_linear(layer.down, gated(a.gate_up), with_additions);
}

at::Tensor forward_layer(const decoder_layer& layer, layer_activations& a, const layer_context& context,
                         const inputs_visitor& visit) {
  const auto inputs = project(layer, a, context.config, context.turn, context.with_additions);
  if (visit) visit(inputs);
  a.attention = attend(inputs.q, inputs.k, inputs.v, context.batch);
  return finish_layer(layer, a, a.attention.output.flatten(1), context.config, context.with_additions);
}

namespace {

// From the derivative by the layer's output to that by `middle`.
at::Tensor backward_mlp(const decoder_layer& layer, const layer_activations& a, const at::Tensor& d_output,
                        const layer_context& context) {
  const auto d_gated = backward_linear(layer.down, gated(a.gate_up), d_output, context.with_additions);
  const auto d_gate_up = backward_gated(a.gate_up, d_gated);
  const auto normal = rms_norm(a.middle, layer.post_norm->value, context.config.norm_epsilon);
  const auto d_normal = backward_linear(layer.gate_up, normal.output, d_gate_up, context.with_additions);
  return d_output + backward_rms_norm(a.middle, normal.inverse_rms, *layer.post_norm, d_normal);
}

// From the derivative by the attention's output to that by qkv, (T, (H + 2 H_k) head_size).
at::Tensor backward_heads(const decoder_layer& layer, const layer_activations& a, const at::Tensor& d_attended,
                          const layer_context& context) {
  const auto split = split_heads(layer, a.qkv, context.config, context.turn);
  const auto d_turned = backward_attend(split.turned.q, split.turned.k, split.turned.v, a.attention,
                                        d_attended.view(a.attention.output.sizes()), context.batch);
  auto dq = rotate_back(d_turned.queries, context.turn);
  auto dk = rotate_back(d_turned.keys, context.turn);
  if (layer.query_norm != nullptr) {
    dq = backward_rms_norm(split.plain_q, split.q_inverse_rms, *layer.query_norm, dq);
    dk = backward_rms_norm(split.plain_k, split.k_inverse_rms, *layer.key_norm, dk);
  }
  return at::cat({dq, dk, d_turned.values}, 1).flatten(1);
}

}  // namespace

at::Tensor backward_layer(const decoder_layer& layer, const layer_activations& a, const at::Tensor& d_output,
                          const layer_context& context) {
  const auto d_middle = backward_mlp(layer, a, d_output, context);
  const auto d_attended =
      backward_linear(layer.output, a.attention.output.flatten(1), d_middle, context.with_additions);
  const auto d_qkv = backward_heads(layer, a, d_attended, context);
  const auto normal = rms_norm(a.input, layer.input_norm->value, context.config.norm_epsilon);
  const auto d_normal = backward_linear(layer.qkv, normal.output, d_qkv, context.with_additions);
  return d_middle + backward_rms_norm(a.input, normal.inverse_rms, *layer.input_norm, d_normal);
}

}  // namespace gepo
