#include "generate.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <map>
#include <optional>

#include "decode-graphs.h"
#include "draw-token.h"
#include "job.h"

namespace gepo {
namespace {

// About how many tokens of prompts are read in one pass. Many long prompts at once would take too much memory.
constexpr int64_t prompt_tokens_at_once = 16384;

// A prompt at work and what was drawn for it so far.
struct sequence {
  size_t prompt = 0;
  int64_t length = 0;  // positions filled in the cache
  generated_response response;
};

at::Tensor on_device(const std::vector<int64_t>& values, c10::Device device) {
  return at::tensor(values, at::kLong).to(device);
}

int64_t prompt_count(const generate_options& options) {
  return options.offsets.empty() ? 0 : static_cast<int64_t>(options.offsets.size()) - 1;
}

int64_t prompt_length(const generate_options& options, size_t prompt) {
  return options.offsets[prompt + 1] - options.offsets[prompt];
}

std::vector<int32_t> prompt_ids(const generate_options& options, size_t prompt) {
  return {options.ids.begin() + options.offsets[prompt], options.ids.begin() + options.offsets[prompt + 1]};
}

bool is_stop(const generate_options& options, int64_t id) {
  return std::find(options.stop_tokens.begin(), options.stop_tokens.end(), id) != options.stop_tokens.end();
}

// Those with the very same ids, in the order of their first.
struct equal_prompts {
  std::vector<int32_t> ids;
  std::vector<size_t> rows;
};

class generator {
 public:
  generator(const model& model, const generate_options& options)
      : model_(model), options_(options), prompts_(static_cast<size_t>(prompt_count(options))) {
    int64_t longest = 0;
    for (size_t prompt = 0; prompt < prompts_; ++prompt) {
      longest = std::max(longest, prompt_length(options, prompt));
    }
    // The last token is never read.
    make_cache(std::min(options.batch_size, prompt_count(options)), longest + options.max_new_tokens - 1);
    if (options.graphs) graphs_.emplace(model_, cache_);
  }

  void run(const response_listener& finished) {
    at::Tensor hidden = admit();  // (B, D): what predicts the next token of each sequence at work
    while (!at_work_.empty()) {
      const auto drawn = draw(hidden);
      const auto going_on = keep_unfinished(drawn, finished);
      std::vector<at::Tensor> parts;
      if (!going_on.empty()) parts.push_back(read_tokens(on_device(going_on, device())));
      if (auto admitted = admit(); admitted.defined()) parts.push_back(std::move(admitted));
      if (!parts.empty()) hidden = parts.size() == 1 ? parts[0] : at::cat(parts);
    }
  }

 private:
  c10::Device device() const { return model_.options().device; }

  void make_cache(int64_t rows, int64_t capacity) {
    const stage now("making room for the keys and values of " + std::to_string(rows) + " responses",
                    "batchSize, or maxNewTokens");
    const auto& config = model_.config();
    const auto options = at::TensorOptions().dtype(model_.options().number_type).device(device());
    rows_ = static_cast<size_t>(rows);
    for (int64_t i = 0; i < config.layers; ++i) {
      // Zeros, because what a mask hides must still be a number.
      cache_.keys.push_back(at::zeros({rows, config.key_heads, capacity, config.head_size}, options));
      cache_.values.push_back(at::zeros({rows, config.key_heads, capacity, config.head_size}, options));
    }
  }

  // Gives free rows to the next prompts and reads these; returns the hidden states (new rows, D) of their last tokens,
  // or nothing where there is none.
  at::Tensor admit() {
    const auto first = at_work_.size();
    while (at_work_.size() < rows_ && next_prompt_ < prompts_) {
      at_work_.push_back({next_prompt_, prompt_length(options_, next_prompt_), {}});
      ++next_prompt_;
    }
    if (first == at_work_.size()) return {};
    const auto groups = group_equal(first);
    std::vector<at::Tensor> hidden;  // of each group
    std::vector<int64_t> group_of(at_work_.size() - first);
    for (size_t begin = 0, end = 0; begin < groups.size(); begin = end) {
      int64_t tokens = 0;
      while (end < groups.size() && (end == begin || tokens < prompt_tokens_at_once)) {
        for (const auto row : groups[end].rows) group_of[row - first] = static_cast<int64_t>(end);
        tokens += static_cast<int64_t>(groups[end++].ids.size());
      }
      hidden.push_back(read_prompts({groups.begin() + begin, groups.begin() + end}));
    }
    return at::cat(hidden).index_select(0, on_device(group_of, device()));
  }

  std::vector<equal_prompts> group_equal(size_t first) const {
    std::vector<equal_prompts> groups;
    std::map<std::vector<int32_t>, size_t> known;
    for (auto row = first; row < at_work_.size(); ++row) {
      auto ids = prompt_ids(options_, at_work_[row].prompt);
      const auto [found, is_new] = known.try_emplace(ids, groups.size());
      if (is_new) groups.push_back({std::move(ids), {}});
      groups[found->second].rows.push_back(row);
    }
    return groups;
  }

  // Runs each prompt once and fills the cache of all of its rows; returns the hidden states (groups, D) of their last
  // tokens.
  at::Tensor read_prompts(const std::vector<equal_prompts>& groups) {
    const stage now("reading " + std::to_string(groups.size()) + " prompts", "batchSize");
    std::vector<int32_t> ids, offsets{0};
    for (const auto& group : groups) {
      ids.insert(ids.end(), group.ids.begin(), group.ids.end());
      offsets.push_back(static_cast<int32_t>(ids.size()));
    }
    const auto batch = pack_prompts(ids, offsets, model_.config(), device());
    return model_.hidden_rows(batch, true, [&](size_t layer, const attention_inputs& inputs) {
      for (size_t g = 0; g < groups.size(); ++g) {
        const auto start = batch.segments.starts[g];
        const auto length = batch.segments.starts[g + 1] - start;
        const auto put = [&](at::Tensor& into, const at::Tensor& from) {
          const auto found = from.narrow(0, start, length).transpose(0, 1);
          for (const auto row : groups[g].rows) filled(into, row, length).copy_(found);
        };
        put(cache_.keys[layer], inputs.k);
        put(cache_.values[layer], inputs.v);
      }
    });
  }

  // (H_k, length, head_size) of a row.
  static at::Tensor filled(const at::Tensor& cache, size_t row, int64_t length) {
    return cache.select(0, static_cast<int64_t>(row)).narrow(1, 0, length);
  }

  drawn_tokens draw(const at::Tensor& hidden) const {
    std::vector<double> uniforms;
    for (const auto& one : at_work_) {
      const auto seed = options_.seeds.empty() ? 0 : options_.seeds[one.prompt];
      uniforms.push_back(uniform_number(seed, one.response.ids.size()));
    }
    const drawing how{options_.temperature, options_.top_p, options_.top_k};
    return draw_tokens(wide_logits(hidden, model_.head().value), how, uniforms);
  }

  // Adds each row's token; hands out what has ended and closes the gap in the cache. Returns the tokens of those that
  // go on, in their rows' order.
  std::vector<int64_t> keep_unfinished(const drawn_tokens& drawn, const response_listener& finished) {
    const auto ids = drawn.ids.cpu();
    const auto log_probs = drawn.log_probs.to(at::kCPU, at::kFloat);
    std::vector<int64_t> next(ids.const_data_ptr<int64_t>(), ids.const_data_ptr<int64_t>() + ids.numel());
    for (size_t row = 0; row < at_work_.size(); ++row) {
      auto& response = at_work_[row].response;
      response.ids.push_back(static_cast<int32_t>(next[row]));
      response.log_probs.push_back(log_probs.const_data_ptr<float>()[row]);
      response.stopped = is_stop(options_, next[row]);
    }
    // From the last row, so that the one that fills a gap is known to go on.
    for (auto row = at_work_.size(); row-- > 0;) {
      auto& one = at_work_[row];
      if (!one.response.stopped && static_cast<int64_t>(one.response.ids.size()) < options_.max_new_tokens) continue;
      finished(one.prompt, std::move(one.response));
      const auto last = at_work_.size() - 1;
      if (row != last) {
        for (auto* tensors : {&cache_.keys, &cache_.values}) {
          for (auto& tensor : *tensors) {
            filled(tensor, row, at_work_[last].length).copy_(filled(tensor, last, at_work_[last].length));
          }
        }
        one = std::move(at_work_[last]);
        next[row] = next[last];
      }
      at_work_.pop_back();
      next.pop_back();
    }
    return next;
  }

  // One more token for each sequence: ids (B) -> the hidden states (B, D) that predict the next.
  at::Tensor read_tokens(const at::Tensor& ids) {
    const stage now("generating " + std::to_string(at_work_.size()) + " responses", "batchSize, or maxNewTokens");
    std::vector<int64_t> lengths;
    for (const auto& one : at_work_) lengths.push_back(one.length);
    const auto window = *std::max_element(lengths.begin(), lengths.end()) + 1;
    const auto positions = on_device(lengths, device());
    const auto turn = make_rotation(model_.config(), positions, model_.options().number_type);
    const decode_inputs inputs{ids, positions, turn};
    for (auto& one : at_work_) ++one.length;
    return graphs_ ? graphs_->decode(inputs, window) : decode(model_, cache_, inputs, window);
  }

  const model& model_;
  const generate_options& options_;
  const size_t prompts_;
  size_t next_prompt_ = 0;
  size_t rows_ = 0;
  std::vector<sequence> at_work_;  // (B): the first B rows of the cache, in their order
  key_value_cache cache_;
  std::optional<decode_graphs> graphs_;
};

void check(const generate_options& options, const model_config& config) {
  const auto prompts = static_cast<size_t>(prompt_count(options));
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

void generate(const model& model, const generate_options& options, const response_listener& finished) {
  check(options, model.config());
  if (prompt_count(options) > 0) generator(model, options).run(finished);
}

}  // namespace gepo
