#include "decode.h"

#include "attention.h"
#include "job.h"
#include "rms-norm.h"

namespace gepo {

at::Tensor decode(const model& model, paged_cache& cache, const decode_inputs& inputs, const prefix_reading* shared) {
  const auto& config = model.config();
  const auto& map = inputs.map;
  auto hidden = model.embed(inputs.ids);
  // On the CPU products of 16-bit numbers have no wider sums.
  const auto type = hidden.scalar_type();
  const bool by_products = is_on_gpu(hidden) || type == accumulation_type(type);
  for (size_t i = 0; i < model.layers().size(); ++i) {
    stop_if_aborted();
    const auto& layer = model.layers()[i];
    layer_activations activations;
    activations.input = hidden;
    const auto heads = project(layer, activations, config, inputs.turn, true, model.fused());
    cache.put(i, map.page_now, map.place_now, heads.k, heads.v);
    const auto attended = cache.attend(i, heads.q, map, by_products, shared != nullptr);
    if (shared != nullptr) {
      const auto rows = shared->rows.rows();
      const auto of_prefixes = span_attention_for(heads.q).forward(heads.q.narrow(0, 0, rows), shared->prefixes.keys(i),
                                                                   shared->prefixes.values(i),
                                                                   {shared->rows, shared->keys, false});
      join_attended(attended.output.narrow(0, 0, rows), attended.log_sums.narrow(1, 0, rows), of_prefixes.output,
                    of_prefixes.log_sums);
    }
    hidden = finish_layer(layer, activations, attended.output.flatten(1), config, true, model.fused());
  }
  return rms_norm(hidden, model.final_norm().value, config.norm_epsilon, model.fused()).output;
}

}  // namespace gepo
