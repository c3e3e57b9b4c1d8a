#include "layer.h"

#include "gate.h"
#include "rms-norm.h"
#include "work-part.h"

namespace gepo {
namespace {

int64_t bytes_of(const at::Tensor& x) { return x.defined() ? static_cast<int64_t>(x.nbytes()) : 0; }

head_norms norms_of(const decoder_layer& layer) { return {layer.query_norm, layer.key_norm}; }

}  // namespace

int64_t attention_bytes(const layer_activations& a) {
  auto bytes = bytes_of(a.attention.output) + bytes_of(a.attention.log_sums);
  for (const auto* all : {&a.attention.saved, &a.attention.saved_of_prompts}) {
    for (const auto& saved : *all) bytes += bytes_of(saved);
  }
  return bytes;
}

int64_t kept_bytes(const layer_activations& a) {
  return attention_bytes(a) + bytes_of(a.qkv) + bytes_of(a.middle) + bytes_of(a.gate_up);
}

void keep(layer_activations& a, kept_parts parts) {
  if (parts == kept_parts::all) return;
  layer_activations kept;
  kept.input = std::move(a.input);
  if (parts == kept_parts::attention) kept.attention = std::move(a.attention);
  a = std::move(kept);
}

namespace {

at::Tensor multiply_input(const decoder_layer& layer, const at::Tensor& input, const model_config& config,
                          bool with_additions, const kernels* fused) {
  const auto normal = rms_norm(input, layer.input_norm->value, config.norm_epsilon, fused);
  return apply_linear(layer.qkv, normal.output, with_additions);
}

// From the attention's output to `middle` and `gate_up`.
void enter_mlp(const decoder_layer& layer, layer_activations& a, const at::Tensor& attended, const model_config& config,
               bool with_additions, const kernels* fused) {
  const auto attention = working_on(work_part::attention);
  const auto added = add_and_normalize(a.input, apply_linear(layer.output, attended, with_additions),
                                       layer.post_norm->value, config.norm_epsilon, fused);
  const auto mlp = working_on(work_part::mlp);
  a.middle = added.sum;
  a.gate_up = apply_linear(layer.gate_up, added.normal.output, with_additions);
}

// From the input to the attention's output.
void attend_to_input(const decoder_layer& layer, layer_activations& a, const layer_context& context,
                     const inputs_visitor& visit) {
  const auto inputs = project(layer, a, context.config, context.turn, context.with_additions, context.fused);
  if (visit) visit(inputs);
  const auto part = working_on(work_part::attention);
  a.attention = attend(inputs.q, inputs.k, inputs.v, context.batch, span_attention_for(inputs.q));
}

}  // namespace

attention_inputs project(const decoder_layer& layer, layer_activations& a, const model_config& config,
                         const rotation& turn, bool with_additions, const kernels* fused) {
  const auto part = working_on(work_part::attention);
  a.qkv = multiply_input(layer, a.input, config, with_additions, fused);
  return split_heads(a.qkv, norms_of(layer), config, turn, fused).turned;
}

at::Tensor finish_layer(const decoder_layer& layer, layer_activations& a, const at::Tensor& attended,
                        const model_config& config, bool with_additions, const kernels* fused) {
  enter_mlp(layer, a, attended, config, with_additions, fused);
  const auto part = working_on(work_part::mlp);
  return a.middle + apply_linear(layer.down, gated(a.gate_up, fused), with_additions);
}

at::Tensor forward_layer(const decoder_layer& layer, layer_activations& a, const layer_context& context,
                         const inputs_visitor& visit) {
  attend_to_input(layer, a, context, visit);
  return finish_layer(layer, a, a.attention.output.flatten(1), context.config, context.with_additions, context.fused);
}

void complete_layer(const decoder_layer& layer, layer_activations& a, const layer_context& context) {
  if (a.gate_up.defined()) return;
  const auto phase = during(work_phase::again);
  if (a.attention.output.defined()) {
    const auto part = working_on(work_part::attention);
    a.qkv = multiply_input(layer, a.input, context.config, context.with_additions, context.fused);
  } else {
    attend_to_input(layer, a, context, {});
  }
  enter_mlp(layer, a, a.attention.output.flatten(1), context.config, context.with_additions, context.fused);
}

namespace {

// From the derivative by the layer's output to that by `middle`; frees `gate_up`.
at::Tensor backward_mlp(const decoder_layer& layer, layer_activations& a, const at::Tensor& d_output,
                        const layer_context& context) {
  const auto part = working_on(work_part::mlp);
  auto gate = backward_gated(std::move(a.gate_up), backward_linear_input(layer.down, d_output, context.with_additions),
                             context.fused);
  add_linear_gradients(layer.down, gate.gated, d_output, context.with_additions);
  gate.gated.reset();
  const auto normal = rms_norm(a.middle, layer.post_norm->value, context.config.norm_epsilon, context.fused);
  const auto d_normal = backward_linear(layer.gate_up, normal.output, gate.d_gate_up, context.with_additions);
  return backward_rms_norm(a.middle, normal.inverse_rms, *layer.post_norm, d_normal, d_output, context.fused);
}

// From the derivative by the attention's output to that by qkv, (T, (H + 2 H_k) head_size).
at::Tensor backward_heads(const decoder_layer& layer, const layer_activations& a, const at::Tensor& d_attended,
                          const layer_context& context) {
  const auto split = split_heads(a.qkv, norms_of(layer), context.config, context.turn, context.fused);
  const auto d_turned = backward_attend(split.turned.q, split.turned.k, split.turned.v, a.attention,
                                        d_attended.view(a.attention.output.sizes()), context.batch,
                                        span_attention_for(split.turned.q));
  return backward_split_heads(a.qkv, split, norms_of(layer), context.config, context.turn,
                              {d_turned.queries, d_turned.keys, d_turned.values}, context.fused);
}

}  // namespace

at::Tensor backward_layer(const decoder_layer& layer, layer_activations a, const at::Tensor& d_output,
                          const layer_context& context) {
  const auto d_middle = backward_mlp(layer, a, d_output, context);
  a.middle.reset();
  const auto part = working_on(work_part::attention);
  const auto d_attended =
      backward_linear(layer.output, a.attention.output.flatten(1), d_middle, context.with_additions);
  const auto d_qkv = backward_heads(layer, a, d_attended, context);
  const auto normal = rms_norm(a.input, layer.input_norm->value, context.config.norm_epsilon, context.fused);
  const auto d_normal = backward_linear(layer.qkv, normal.output, d_qkv, context.with_additions);
  return backward_rms_norm(a.input, normal.inverse_rms, *layer.input_norm, d_normal, d_middle, context.fused);
}

}  // namespace gepo
