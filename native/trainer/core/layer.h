// One decoder layer: attention and a gated feed-forward network, each behind a normalisation and beside a residual.
#pragma once
#include <functional>

#include "attention.h"
#include "heads.h"
#include "linear.h"

namespace gepo {

struct decoder_layer {
  parameter* input_norm = nullptr;  // (D)
  linear qkv;                       // ((H + 2 H_k) head_size, D): queries, keys, values
  parameter* query_norm = nullptr;  // (head_size), or absent
  parameter* key_norm = nullptr;
  linear output;                    // (D, H head_size)
  parameter* post_norm = nullptr;   // (D)
  linear gate_up;                   // (2 F, D): gate, up
  linear down;                      // (D, F)
};

// What is the same for all layers of a pass.
struct layer_context {
  const model_config& config;
  const packed_batch& batch;
  rotation turn;
  bool with_additions;
  const kernels* fused;  // of ours, or null
};

// What the backward pass needs of a forward pass. Only `input` is always there; see kept_parts. What follows from these
// by elementwise operations (normalised inputs, turned heads, the gated product) is computed again instead of kept.
struct layer_activations {
  at::Tensor input;  // (T, D)
  at::Tensor qkv;  // (T, (H + 2 H_k) head_size)
  attention_result attention;
  at::Tensor middle;  // (T, D): after attention
  at::Tensor gate_up;  // (T, 2 F)
};

// How much of a layer is kept from its forward pass to its backward pass.
enum class kept_parts { input, attention, all };

// Bytes of what attention gave, and of everything but the input.
int64_t attention_bytes(const layer_activations& activations);
int64_t kept_bytes(const layer_activations& activations);

// Frees the rest.
void keep(layer_activations& activations, kept_parts parts);

// Fills in `qkv` and returns its queries, keys and values, turned to their positions.
attention_inputs project(const decoder_layer& layer, layer_activations& activations, const model_config& config,
                         const rotation& turn, bool with_additions, const kernels* fused);

// From the attention's output (T, H head_size) to the layer's; fills in what comes after attention.
at::Tensor finish_layer(const decoder_layer& layer, layer_activations& activations, const at::Tensor& attended,
                        const model_config& config, bool with_additions, const kernels* fused);

// `activations.input` -> the layer's output (T, D); fills in the rest of the activations. `visit`, if any, is shown the
// queries, keys and values.
using inputs_visitor = std::function<void(const attention_inputs&)>;
at::Tensor forward_layer(const decoder_layer& layer, layer_activations& activations, const layer_context& context,
                         const inputs_visitor& visit = {});

// Computes what was not kept: not the layer's output, which its backward pass has no use for.
void complete_layer(const decoder_layer& layer, layer_activations& activations, const layer_context& context);

// The derivative by the layer's input from that by its output; adds to the gradients of what is trained. The
// activations are used up, each as soon as it has served.
at::Tensor backward_layer(const decoder_layer& layer, layer_activations activations, const at::Tensor& d_output,
                          const layer_context& context);

}  // namespace gepo
