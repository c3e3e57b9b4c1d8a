#include "layer.h"

#include "gate.h"
#include "rms-norm.h"

namespace gepo {
namespace {

int64_t bytes_of(const at::Tensor& x) { return x.defined() ? static_cast<int64_t>(x.nbytes()) : 0; }

head_norms norms_of(const decoder_layer& layer) { return {layer.query_norm, layer.key_norm}; }

}  // namespace

int64_t kept_bytes(const layer_activations& a) {
  int64_t bytes = bytes_of(a.qkv) + bytes_of(a.attention.output) + bytes_of(a.middle) + bytes_of(a.gate_up);
  for (const auto& saved : a.attention.saved) bytes += bytes_of(saved);
  return bytes;
}

attention_inputs project(const decoder_layer& layer, layer_activations& a, const model_config& config,
                         const rotation& turn, bool with_additions, const kernels* fused) {
  const auto normal = rms_norm(a.input, layer.input_norm->value, config.norm_epsilon, fused);
  a.qkv = apply_linear(layer.qkv, normal.output, with_additions);
  return split_heads(a.qkv, norms_of(layer), config, turn, fused).turned;
}

at::Tensor finish_layer(const decoder_layer& layer, layer_activations& a, const at::Tensor& attended,
                        const model_config& config, bool with_additions, const kernels* fused) {
  const auto added = add_and_normalize(a.input, apply_linear(layer.output, attended, with_additions),
                                       layer.post_norm->value, config.norm_epsilon, fused);
  a.middle = added.sum;
  a.gate_up = apply_linear(layer.gate_up, added.normal.output, with_additions);
  return a.middle + apply_linear(layer.down, gated(a.gate_up, fused), with_additions);
}

at::Tensor forward_layer(const decoder_layer& layer, layer_activations& a, const layer_context& context,
                         const inputs_visitor& visit) {
  const auto inputs = project(layer, a, context.config, context.turn, context.with_additions, context.fused);
  if (visit) visit(inputs);
  a.attention = attend(inputs.q, inputs.k, inputs.v, context.batch);
  return finish_layer(layer, a, a.attention.output.flatten(1), context.config, context.with_additions, context.fused);
}

namespace {

// From the derivative by the layer's output to that by `middle`.
at::Tensor backward_mlp(const decoder_layer& layer, const layer_activations& a, const at::Tensor& d_output,
                        const layer_context& context) {
  const auto gate =
      backward_gated(a.gate_up, backward_linear_input(layer.down, d_output, context.with_additions), context.fused);
  add_linear_gradients(layer.down, gate.gated, d_output, context.with_additions);
  const auto normal = rms_norm(a.middle, layer.post_norm->value, context.config.norm_epsilon, context.fused);
  const auto d_normal = backward_linear(layer.gate_up, normal.output, gate.d_gate_up, context.with_additions);
  return backward_rms_norm(a.middle, normal.inverse_rms, *layer.post_norm, d_normal, d_output, context.fused);
}

// From the derivative by the attention's output to that by qkv, (T, (H + 2 H_k) head_size).
at::Tensor backward_heads(const decoder_layer& layer, const layer_activations& a, const at::Tensor& d_attended,
                          const layer_context& context) {
  const auto split = split_heads(a.qkv, norms_of(layer), context.config, context.turn, context.fused);
  const auto d_turned = backward_attend(split.turned.q, split.turned.k, split.turned.v, a.attention,
                                        d_attended.view(a.attention.output.sizes()), context.batch);
  return backward_split_heads(a.qkv, split, norms_of(layer), context.config, context.turn,
                              {d_turned.queries, d_turned.keys, d_turned.values}, context.fused);
}

}  // namespace

at::Tensor backward_layer(const decoder_layer& layer, const layer_activations& a, const at::Tensor& d_output,
                          const layer_context& context) {
  const auto d_middle = backward_mlp(layer, a, d_output, context);
  const auto d_attended =
      backward_linear(layer.output, a.attention.output.flatten(1), d_middle, context.with_additions);
  const auto d_qkv = backward_heads(layer, a, d_attended, context);
  const auto normal = rms_norm(a.input, layer.input_norm->value, context.config.norm_epsilon, context.fused);
  const auto d_normal = backward_linear(layer.qkv, normal.output, d_qkv, context.with_additions);
  return backward_rms_norm(a.input, normal.inverse_rms, *layer.input_norm, d_normal, d_middle, context.fused);
}

}  // namespace gepo
