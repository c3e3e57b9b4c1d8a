#include "kernel-trials.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>

#include <cmath>
#include <map>

#include "adamw.h"
#include "add-rows.h"
#include "attention.h"
#include "draw-token.h"
#include "make-bounds.h"
#include "paged-cache.h"
#include "gate.h"
#include "heads.h"
#include "log-prob-head.h"
#include "rms-norm.h"

namespace gepo {
namespace {

using tensors = std::vector<at::Tensor>;

// A weight whose gradient starts at one, so that adding to it shows.
parameter trained(const at::Tensor& value, c10::ScalarType gradient_type) {
  parameter made;
  made.value = value;
  made.shape = value.sizes().vec();
  made.owned = {value.numel(), 0, value.numel(), value.numel()};
  made.options = value.options();
  made.gradient_type = gradient_type;
  made.trained = true;
  gradient_of(made).fill_(1);
  return made;
}

// x (rows, width), weight, addition?; epsilon -> output, inverse root mean square, sum?
tensors norm(const kernel_trial& t) {
  if (t.tensors.size() == 2) {
    const auto normal = rms_norm(t.tensors[0], t.tensors[1], t.numbers[0], t.fused);
    return {normal.output, normal.inverse_rms};
  }
  const auto added = add_and_normalize(t.tensors[0], t.tensors[2], t.tensors[1], t.numbers[0], t.fused);
  return {added.normal.output, added.normal.inverse_rms, added.sum};
}

// x, weight, dy, beside?; epsilon -> dx, the weight's gradient
tensors backward_norm(const kernel_trial& t) {
  auto weight = trained(t.tensors[1], t.gradient_type);
  const auto& x = t.tensors[0];
  const auto beside = t.tensors.size() > 3 ? t.tensors[3] : at::Tensor();
  const auto normal = rms_norm(x, weight.value, t.numbers[0], t.fused);
  const auto dx = backward_rms_norm(x, normal.inverse_rms, weight, t.tensors[2], beside, t.fused);
  weight.trained = false;  // another way through the same kernel
  const auto frozen = backward_rms_norm(x, normal.inverse_rms, weight, t.tensors[2], beside, t.fused);
  return {dx, weight.gradient, frozen};
}

struct head_trial {
  model_config config;
  parameter query, key;
  rotation turn;

  head_norms norms() { return config.head_norms ? head_norms{&query, &key} : head_norms{nullptr, nullptr}; }
};

// numbers: heads, key heads, head size, epsilon; the last two of `count` tensors are the norms' weights, if there are.
head_trial open_heads(const kernel_trial& t, size_t count) {
  head_trial made;
  auto& config = made.config;
  config.heads = static_cast<int64_t>(t.numbers[0]);
  config.key_heads = static_cast<int64_t>(t.numbers[1]);
  config.head_size = static_cast<int64_t>(t.numbers[2]);
  config.norm_epsilon = t.numbers[3];
  config.head_norms = t.tensors.size() == count;
  for (int64_t i = 0; i < config.head_size / 2; ++i) {
    config.rotary_frequencies.push_back(std::pow(1e4, -2.0 * static_cast<double>(i) / config.head_size));
  }
  if (config.head_norms) {
    made.query = trained(t.tensors[count - 2], t.gradient_type);
    made.key = trained(t.tensors[count - 1], t.gradient_type);
  }
  made.turn = make_rotation(config, t.tensors[1], t.tensors[0].scalar_type());
  return made;
}

// qkv (tokens, ...), positions, query weight and key weight or neither -> queries, keys, values
tensors heads(const kernel_trial& t) {
  auto opened = open_heads(t, 4);
  const auto turned = split_heads(t.tensors[0], opened.norms(), opened.config, opened.turn, t.fused).turned;
  return {turned.q, turned.k, turned.v};
}

// qkv, positions, d_queries, d_keys, d_values, the weights or neither -> d_qkv, the weights' gradients
tensors backward_heads(const kernel_trial& t) {
  auto opened = open_heads(t, 7);
  const auto split = split_heads(t.tensors[0], opened.norms(), opened.config, opened.turn, t.fused);
  const attention_inputs d_turned{t.tensors[2], t.tensors[3], t.tensors[4]};
  const auto d_qkv =
      backward_split_heads(t.tensors[0], split, opened.norms(), opened.config, opened.turn, d_turned, t.fused);
  if (!opened.config.head_norms) return {d_qkv};
  return {d_qkv, opened.query.gradient, opened.key.gradient};
}

// gate and up (rows, 2 width) -> the product
tensors gate(const kernel_trial& t) { return {gated(t.tensors[0], t.fused)}; }

// gate and up, the derivative by the product -> that by gate and up, the product
tensors backward_gate(const kernel_trial& t) {
  const auto made = backward_gated(t.tensors[0], t.tensors[1], t.fused);
  return {made.d_gate_up, made.gated};
}

// value, gradient, moments; step, learning rate, weight decay, scale, steps, whether missing bits are kept
// -> value (its master, if there is one), moments
tensors adamw(const kernel_trial& t) {
  std::deque<parameter> parameters(1);
  auto& p = parameters[0];
  const bool has_master = t.numbers[5] != 0;
  p.value = has_master ? t.tensors[0].to(c10::kBFloat16) : t.tensors[0].clone();
  if (has_master) {
    p.missing_bits = at::empty(p.value.sizes(), p.value.options().dtype(at::kShort));
    split_master(t.tensors[0], p.value, p.missing_bits);
  }
  p.gradient = t.tensors[1].to(t.gradient_type);
  p.first_moment = t.tensors[2].clone();
  p.second_moment = t.tensors[3].clone();
  p.trained = p.decays = true;
  training_config training;
  training.seed = 5;
  const sharding alone(std::make_shared<rank_group>(), {});
  const adamw_options options{t.numbers[1], 0, t.numbers[2], 0.9, 0.99, 1e-8};
  const auto first = static_cast<int64_t>(t.numbers[0]);
  for (auto step = first; step < first + static_cast<int64_t>(t.numbers[4]); ++step) {
    adamw_step(parameters, options, t.numbers[3], step, training, alone, t.fused);
  }
  return {has_master ? join_master(p.value, p.missing_bits) : p.value, p.first_moment, p.second_moment};
}

// hidden (rows, D), head (vocabulary, D), targets; rows at once -> log-probabilities, entropies
tensors log_probs(const kernel_trial& t) {
  const auto head = trained(t.tensors[1], t.gradient_type);
  const auto rows = static_cast<int64_t>(t.numbers[0]);
  const auto both = head_log_probs(t.tensors[0], head, t.tensors[2], rows, true, t.fused);
  return {both.log_probs, both.entropies};
}

// the same, and derivatives by log-probabilities and perhaps by entropies -> derivative by hidden, the head's gradient,
// log-probabilities
tensors backward_log_probs(const kernel_trial& t) {
  auto head = trained(t.tensors[1], t.gradient_type);
  const auto wide = accumulation_type(t.tensors[0].scalar_type());
  const token_gradient gradient{t.tensors[3].to(wide), t.tensors.size() > 4 ? t.tensors[4].to(wide) : at::Tensor()};
  const auto rows = static_cast<int64_t>(t.numbers[0]);
  const auto made = backward_head(t.tensors[0], head, t.tensors[2], rows, false, gradient, t.fused);
  return {made.d_hidden, head.gradient, made.values.log_probs};
}

// table (any, D), ids, rows (T, D) -> the table
tensors added_rows(const kernel_trial& t) {
  auto table = t.tensors[0].clone();
  add_rows(table, t.tensors[1], t.tensors[2], t.fused);
  return {table};
}

std::vector<int32_t> to_ints(const at::Tensor& x) {
  const auto wide = x.cpu();
  return {wide.const_data_ptr<int64_t>(), wide.const_data_ptr<int64_t>() + wide.numel()};
}

// q (tokens, H, head_size), k, v, the derivative by the output; ids, offsets and prompt lengths of sequences of which each
// token is numbered, one that is shared the same everywhere; whether prompts are shared, whether by plain products
// -> output, derivatives by q, k and v, all by number
tensors attention(const kernel_trial& t) {
  model_config config;
  config.vocabulary = config.max_positions = t.tensors[0].size(0);
  const token_batch sequences{to_ints(t.tensors[4]), to_ints(t.tensors[5]), to_ints(t.tensors[6])};
  const auto batch = pack(sequences, config, t.tensors[0].device(), t.numbers[0] != 0);
  const auto laid_out = [&](const at::Tensor& x) { return x.index_select(0, batch.ids); };
  const auto q = laid_out(t.tensors[0]), k = laid_out(t.tensors[1]), v = laid_out(t.tensors[2]);
  const auto& by = t.numbers[1] == 0 ? span_attention_for(q) : plain_span_attention();
  const auto result = attend(q, k, v, batch, by);
  // What a token that lies in several places is asked for comes from one of them.
  const auto places = at::arange(batch.ids.size(0), batch.ids.options());
  const auto last = at::zeros({t.tensors[0].size(0)}, batch.ids.options()).index_copy_(0, batch.ids, places);
  const auto is_last = laid_out(last) == places;
  const auto d_output = laid_out(t.tensors[3]) * is_last.view({-1, 1, 1}).to(q.scalar_type());
  const auto gradient = backward_attend(q, k, v, result, d_output, batch, by);
  const auto by_number = [&](const at::Tensor& x) {
    auto shape = x.sizes().vec();
    shape[0] = t.tensors[0].size(0);
    return at::zeros(shape, x.options()).index_add_(0, batch.ids, x);
  };
  return {by_number(result.output * is_last.view({-1, 1, 1}).to(q.scalar_type())), by_number(gradient.queries),
          by_number(gradient.keys), by_number(gradient.values)};
}

// q (B, H, head_size), k and v (B, longest, H_k, head_size), the length of each sequence; the size of a page, and whether by
// the CPU's kernel (0), by products (1), or without pages, by plain products (2) -> output, sums
tensors pages(const kernel_trial& t) {
  const auto &q = t.tensors[0], &k = t.tensors[1], &v = t.tensors[2];
  const auto lengths = to_ints(t.tensors[3]);
  const auto page_size = static_cast<int64_t>(t.numbers[0]);
  const auto sequences = static_cast<int64_t>(lengths.size());
  const auto of = [&](const at::Tensor& x, int64_t s) { return x.select(0, s).narrow(0, 0, lengths[s]); };
  if (t.numbers[1] == 2) {
    std::vector<int64_t> queries{0}, keys{0};
    std::vector<at::Tensor> all_keys, all_values;
    for (int64_t s = 0; s < sequences; ++s) {
      queries.push_back(s + 1);
      keys.push_back(keys.back() + lengths[s]);
      all_keys.push_back(of(k, s));
      all_values.push_back(of(v, s));
    }
    const auto device = q.device();
    const auto found = plain_span_attention().forward(q, at::cat(all_keys), at::cat(all_values),
                                                      {make_bounds(queries, device), make_bounds(keys, device), false});
    return {found.output, found.log_sums.contiguous()};
  }
  model_config config;
  config.layers = 1;
  config.key_heads = k.size(2);
  config.head_size = k.size(3);
  paged_cache cache(config, q.options(), page_size);
  // Pages of all sequences in turn, so that none has neighbours, and some are nobody's.
  const auto most = (k.size(1) - 1) / page_size + 1;
  cache.reserve(most * sequences);
  std::vector<paged_row> rows;
  size_t width = 0;
  for (int64_t s = 0; s < sequences; ++s) {
    auto& row = rows.emplace_back(paged_row{{}, lengths[s]});
    std::vector<int64_t> its_pages, places;
    for (int64_t i = 0; i < lengths[s]; ++i) {
      if (i % page_size == 0) row.pages.push_back(i / page_size * sequences + sequences - 1 - s);
      its_pages.push_back(row.pages.back());
      places.push_back(i % page_size);
    }
    width = std::max(width, row.pages.size());
    const auto put = [&](const std::vector<int64_t>& x) { return at::tensor(x, at::kLong).to(q.device()); };
    cache.put(0, put(its_pages), put(places), of(k, s), of(v, s));
  }
  const auto map = make_page_map(rows, most * sequences, static_cast<int64_t>(width), page_size, q.options());
  const auto found = cache.attend(0, q, map, t.numbers[1] == 1, true);
  return {found.output, found.log_sums.contiguous()};
}

// logits (B, vocabulary); temperature, top-p, top-k, and for each row a number in [0, 1) -> ids, log-probabilities
tensors draw(const kernel_trial& t) {
  const drawing how{t.numbers[0], t.numbers[1], static_cast<int64_t>(t.numbers[2])};
  const auto drawn = draw_tokens(t.tensors[0], how, {t.numbers.begin() + 3, t.numbers.end()});
  return {drawn.ids, drawn.log_probs};
}

const std::map<std::string, tensors (*)(const kernel_trial&)> trials{{"draw", draw},
                                                                     {"pages", pages},
                                                                     {"attention", attention},
                                                                     {"norm", norm},
                                                                     {"backwardNorm", backward_norm},
                                                                     {"heads", heads},
                                                                     {"backwardHeads", backward_heads},
                                                                     {"gate", gate},
                                                                     {"backwardGate", backward_gate},
                                                                     {"adamw", adamw},
                                                                     {"logProbs", log_probs},
                                                                     {"backwardLogProbs", backward_log_probs},
                                                                     {"addRows", added_rows}};

}  // namespace

std::vector<at::Tensor> run_trial(const kernel_trial& trial) { return trials.at(trial.name)(trial); }

}  // namespace gepo
