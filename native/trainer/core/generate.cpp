#include "generate.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/scaled_dot_product_attention.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>

#include <algorithm>

#include "draw-token.h"
#include "job.h"

namespace gepo {
namespace {

// Keys and values of the sequences at work, each layer's in (B, H_k, capacity, head_size).
struct cache {
  std::vector<at::Tensor> keys, values;
};

// What is at work: some of the prompts, each with its row in the cache.
struct working_set {
  std::vector<size_t> prompts;     // (B): their numbers
  std::vector<int64_t> lengths;    // (B): positions filled in the cache
  cache kept;
};

at::Tensor on_device(const std::vector<int64_t>& values, c10::Device device) {
  return at::tensor(values, at::kLong).to(device);
}

int64_t prompt_length(const generate_options& options, size_t prompt) {
  return options.offsets[prompt + 1] - options.offsets[prompt];
}

cache make_cache(const model& model, int64_t rows, int64_t capacity) {
  const stage now("making room for the keys and values of " + std::to_string(rows) + " responses",
                  "batchSize, or maxNewTokens");
  const auto& config = model.config();
  cache made;
  const auto options = at::TensorOptions().dtype(model.options().number_type).device(model.options().device);
  for (int64_t i = 0; i < config.layers; ++i) {
    made.keys.push_back(at::zeros({rows, config.key_heads, capacity, config.head_size}, options));
    made.values.push_back(at::zeros({rows, config.key_heads, capacity, config.head_size}, options));
  }
  return made;
}

// Runs the prompts and fills the cache; returns the hidden states (B, D) of their last tokens.
at::Tensor read_prompts(const model& model, const generate_options& options, working_set& set) {
  std::vector<int32_t> ids, offsets{0};
  for (const auto prompt : set.prompts) {
    ids.insert(ids.end(), options.ids.begin() + options.offsets[prompt],
               options.ids.begin() + options.offsets[prompt + 1]);
    offsets.push_back(static_cast<int32_t>(ids.size()));
  }
  const auto batch = pack_prompts(ids, offsets, model.config(), model.options().device);
  return model.hidden_rows(batch, true, [&](size_t layer, const attention_inputs& inputs) {
    for (size_t row = 0; row < set.prompts.size(); ++row) {
      const auto start = batch.starts[row];
      const auto length = batch.starts[row + 1] - start;
      const auto put = [&](at::Tensor& into, const at::Tensor& from) {
        const auto place = into.select(0, static_cast<int64_t>(row)).narrow(1, 0, length);
        place.copy_(from.narrow(0, start, length).transpose(0, 1));
      };
      put(set.kept.keys[layer], inputs.k);
      put(set.kept.values[layer], inputs.v);
    }
  });
}

// One more token for each sequence: ids (B) -> the hidden states (B, D) that predict the next.
at::Tensor read_tokens(const model& model, const at::Tensor& ids, working_set& set) {
  const auto& config = model.config();
  const auto device = model.options().device;
  const auto rows = static_cast<int64_t>(set.prompts.size());
  const auto positions = on_device(set.lengths, device);
  const auto row_numbers = at::arange(rows, positions.options());
  const auto turn = make_rotation(config, positions, model.options().number_type);
  const auto longest = *std::max_element(set.lengths.begin(), set.lengths.end()) + 1;
  // (B, 1, 1, longest): the positions that a sequence has filled, this token's included.
  const auto is_filled = at::arange(longest, positions.options()).unsqueeze(0) <= positions.unsqueeze(1);
  const auto mask = is_filled.view({rows, 1, 1, longest});
  auto hidden = model.embed(ids);
  for (size_t i = 0; i < model.layers().size(); ++i) {
    stop_if_aborted();
    const auto& layer = model.layers()[i];
    layer_activations activations;
    activations.input = hidden;
    const auto inputs = project(layer, activations, config, turn, true);
    set.kept.keys[i].index_put_({row_numbers, {}, positions}, inputs.k);
    set.kept.values[i].index_put_({row_numbers, {}, positions}, inputs.v);
    // The queries of one key head, as if they were so many positions: nothing is repeated.
    const auto q = inputs.q.view({rows, config.key_heads, config.heads / config.key_heads, config.head_size});
    const auto attended = at::scaled_dot_product_attention(q, set.kept.keys[i].narrow(2, 0, longest),
                                                           set.kept.values[i].narrow(2, 0, longest), mask);
    hidden = finish_layer(layer, activations, attended.reshape({rows, config.heads * config.head_size}), config, true);
  }
  for (auto& length : set.lengths) ++length;
  return rms_norm(hidden, model.final_norm().value, config.norm_epsilon).output;
}

// Leaves only the given rows.
void keep_rows(working_set& set, const std::vector<int64_t>& rows, c10::Device device) {
  if (rows.size() == set.prompts.size()) return;
  working_set left;
  for (const auto row : rows) {
    left.prompts.push_back(set.prompts[row]);
    left.lengths.push_back(set.lengths[row]);
  }
  const auto index = on_device(rows, device);
  for (auto* tensors : {&set.kept.keys, &set.kept.values}) {
    for (auto& tensor : *tensors) tensor = tensor.index_select(0, index);
  }
  set.prompts = std::move(left.prompts);
  set.lengths = std::move(left.lengths);
}

bool is_stop(const generate_options& options, int64_t id) {
  return std::find(options.stop_tokens.begin(), options.stop_tokens.end(), id) != options.stop_tokens.end();
}

void generate_some(const model& model, const generate_options& options, std::vector<size_t> prompts,
                   std::vector<generated_response>& responses) {
  const stage now("generating " + std::to_string(prompts.size()) + " responses", "batchSize, or maxNewTokens");
  working_set set{std::move(prompts), {}, {}};
  int64_t longest = 0;
  for (const auto prompt : set.prompts) {
    set.lengths.push_back(prompt_length(options, prompt));
    longest = std::max(longest, set.lengths.back());
  }
  // The last token is never read.
  set.kept = make_cache(model, static_cast<int64_t>(set.prompts.size()), longest + options.max_new_tokens - 1);
  auto hidden = read_prompts(model, options, set);
  const drawing how{options.temperature, options.top_p, options.top_k};
  for (int64_t step = 0;; ++step) {
    std::vector<double> uniforms;
    for (const auto prompt : set.prompts) {
      uniforms.push_back(uniform_number(options.seeds.empty() ? 0 : options.seeds[prompt], step));
    }
    const auto drawn = draw_tokens(wide_logits(hidden, model.head().value), how, uniforms);
    const auto ids = drawn.ids.cpu();
    const auto log_probs = drawn.log_probs.to(at::kCPU, at::kFloat);
    std::vector<int64_t> going_on;
    for (size_t row = 0; row < set.prompts.size(); ++row) {
      auto& response = responses[set.prompts[row]];
      const auto id = ids.const_data_ptr<int64_t>()[row];
      response.ids.push_back(static_cast<int32_t>(id));
      response.log_probs.push_back(log_probs.const_data_ptr<float>()[row]);
      response.stopped = is_stop(options, id);
      if (!response.stopped) going_on.push_back(static_cast<int64_t>(row));
    }
    if (going_on.empty() || step + 1 == options.max_new_tokens) return;
    const auto next = drawn.ids.index_select(0, on_device(going_on, drawn.ids.device()));
    keep_rows(set, going_on, model.options().device);
    hidden = read_tokens(model, next, set);
  }
}

void check(const generate_options& options, const model_config& config) {
  const size_t prompts = options.offsets.empty() ? 0 : options.offsets.size() - 1;
  if (options.max_new_tokens < 1) fail("bad-input", "maxNewTokens must be at least 1.");
  if (options.batch_size < 1) fail("bad-input", "batchSize must be at least 1.");
  if (!(options.temperature >= 0)) fail("bad-input", "temperature must be at least 0.");
  if (!(options.top_p > 0 && options.top_p <= 1)) fail("bad-input", "topP must be above 0 and at most 1.");
  if (options.top_k < 0) fail("bad-input", "topK must be at least 0.");
  if (!options.seeds.empty() && options.seeds.size() != prompts) {
    fail("bad-input", "There must be one seed for each prompt.");
  }
  for (size_t prompt = 0; prompt < prompts; ++prompt) {
    const auto length = prompt_length(options, prompt) + options.max_new_tokens;
    if (length > config.max_positions) {
      fail("bad-input", "Prompt " + std::to_string(prompt) + " and maxNewTokens come to " + std::to_string(length) +
                            " tokens and the model has " + std::to_string(config.max_positions) +
                            " positions: lower maxNewTokens or leave the prompt out.");
    }
  }
}

}  // namespace

std::vector<generated_response> generate(const model& model, const generate_options& options) {
  check(options, model.config());
  const size_t prompts = options.offsets.empty() ? 0 : options.offsets.size() - 1;
  std::vector<generated_response> responses(prompts);
  for (size_t first = 0; first < prompts; first += static_cast<size_t>(options.batch_size)) {
    std::vector<size_t> some;
    const auto end = std::min(prompts, first + static_cast<size_t>(options.batch_size));
    for (size_t i = first; i < end; ++i) some.push_back(i);
    generate_some(model, options, std::move(some), responses);
  }
  return responses;
}

}  // namespace gepo
