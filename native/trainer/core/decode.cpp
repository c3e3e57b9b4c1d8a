#include "decode.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/scaled_dot_product_attention.h>

#include "job.h"
#include "rms-norm.h"

namespace gepo {

at::Tensor decode(const model& model, key_value_cache& cache, const decode_inputs& inputs, int64_t window) {
  const auto& config = model.config();
  const auto& positions = inputs.positions;
  const auto rows = positions.size(0);
  const auto row_numbers = at::arange(rows, positions.options());
  // (B, 1, 1, window): the positions that a sequence has filled, this token's included.
  const auto is_filled = at::arange(window, positions.options()).unsqueeze(0) <= positions.unsqueeze(1);
  const auto mask = is_filled.view({rows, 1, 1, window});
  auto hidden = model.embed(inputs.ids);
  for (size_t i = 0; i < model.layers().size(); ++i) {
    stop_if_aborted();
    const auto& layer = model.layers()[i];
    layer_activations activations;
    activations.input = hidden;
    const auto heads = project(layer, activations, config, inputs.turn, true, model.fused());
    const auto attended_to = [&](at::Tensor& stored, const at::Tensor& added) {
      stored.index_put_({row_numbers, {}, positions}, added);
      return stored.narrow(0, 0, rows).narrow(2, 0, window);
    };
    const auto keys = attended_to(cache.keys[i], heads.k);
    const auto values = attended_to(cache.values[i], heads.v);
    // The queries of one key head lie there like positions of one sequence, so no key is repeated.
    const auto q = heads.q.view({rows, config.key_heads, config.heads / config.key_heads, config.head_size});
    const auto attended = at::scaled_dot_product_attention(q, keys, values, mask);
    const auto joined = attended.reshape({rows, config.heads * config.head_size});
    hidden = finish_layer(layer, activations, joined, config, true, model.fused());
  }
  return rms_norm(hidden, model.final_norm().value, config.norm_epsilon, model.fused()).output;
}

}  // namespace gepo
