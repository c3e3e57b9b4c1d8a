// Flash attention over all spans at once for 16-bit numbers on a GPU; memory-efficient attention (GPU) and the CPU's
// flash attention, span by span, for the rest.
#include "span-attention.h"

#include <ATen/ops/_flash_attention_backward.h>
#include <ATen/ops/_flash_attention_forward.h>
#include <ATen/ops/_scaled_dot_product_efficient_attention.h>
#include <ATen/ops/_scaled_dot_product_efficient_attention_backward.h>
#include <ATen/ops/_scaled_dot_product_flash_attention_for_cpu.h>
#include <ATen/ops/_scaled_dot_product_flash_attention_for_cpu_backward.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/full.h>
#include <ATen/ops/logsumexp.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/ones.h>

#include <algorithm>
#include <cmath>

#include "parameter.h"

namespace gepo {
namespace {

// One run of x (T, H_x, head_size) as (1, heads, length, head_size); a key head is repeated for its queries.
at::Tensor run_of(const at::Tensor& x, int64_t start, int64_t length, int64_t heads) {
  const auto part = x.narrow(0, start, length).transpose(0, 1);  // (H_x, length, head_size)
  if (x.size(1) == heads) return part.unsqueeze(0);
  const auto repeats = heads / x.size(1);
  return part.unsqueeze(1).expand({-1, repeats, -1, -1}).reshape({1, heads, length, x.size(2)});
}

// The derivative of run_of: (1, heads, length, head_size) -> (length, H_x, head_size)
at::Tensor undo_run(const at::Tensor& d_part, int64_t own_heads) {
  auto part = d_part.squeeze(0);
  if (part.size(0) != own_heads) {
    part = part.reshape({own_heads, part.size(0) / own_heads, part.size(1), part.size(2)}).sum(1);
  }
  return part.transpose(0, 1);
}

// Rows that come run by run. A run alone is all of them and need not be copied.
void put_rows(at::Tensor& into, const at::Tensor& rows, int64_t start, int64_t all) {
  if (rows.size(0) == all) {
    into = rows;
  } else {
    into.narrow(0, start, rows.size(0)).copy_(rows);
  }
}

// One run of queries (T, H, head_size) as (1, key heads, length times queries of a key head, head_size): where each attends
// to all of the keys they may lie like positions of one sequence, so that no key is repeated.
at::Tensor folded_run(const at::Tensor& x, int64_t start, int64_t length, int64_t key_heads) {
  return x.narrow(0, start, length)
      .reshape({length, key_heads, -1, x.size(2)})
      .transpose(0, 1)
      .reshape({1, key_heads, -1, x.size(2)});
}

// The same of what comes out: -> (length, H, head_size)
at::Tensor undo_folded(const at::Tensor& part, int64_t length) {
  const auto key_heads = part.size(1), size = part.size(3);
  return part.view({key_heads, length, -1, size}).transpose(0, 1).reshape({length, -1, size});
}

// A kernel that takes one run of queries and one of keys: (1, H, queries, head_size) and (1, H, keys, head_size).
class run_by_run : public span_attention {
 public:
  attended_spans forward(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                         const attention_spans& spans) const override {
    const auto heads = q.size(1);
    attended_spans made{at::empty_like(q, at::MemoryFormat::Contiguous),
                        at::empty({heads, q.size(0)}, q.options().dtype(accumulation_type(q.scalar_type()))),
                        {}};
    const auto key_heads = k.size(1);
    for_each_run(spans, [&](int64_t query, int64_t queries, int64_t key, int64_t keys) {
      const auto sums_here = made.log_sums.narrow(1, query, queries);
      // Few queries are sooner laid out anew than many keys are repeated.
      if (!spans.causal && queries < keys && key_heads < heads) {
        const auto [output, log_sums] = forward_run(folded_run(q, query, queries, key_heads),
                                                    run_of(k, key, keys, key_heads), run_of(v, key, keys, key_heads),
                                                    false, made.saved);
        put_rows(made.output, undo_folded(output.contiguous(), queries), query, q.size(0));
        const auto folded = log_sums.squeeze(0).narrow(1, 0, queries * (heads / key_heads));
        sums_here.copy_(folded.reshape({key_heads, queries, -1}).transpose(1, 2).reshape({heads, queries}));
        return;
      }
      const auto [output, log_sums] = forward_run(run_of(q, query, queries, heads), run_of(k, key, keys, heads),
                                                  run_of(v, key, keys, heads), spans.causal, made.saved);
      put_rows(made.output, output.squeeze(0).transpose(0, 1), query, q.size(0));
      sums_here.copy_(log_sums.squeeze(0).narrow(1, 0, queries));
    });
    return made;
  }

  attention_gradient backward(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                              const attended_spans& attended, const at::Tensor& d_output,
                              const attention_spans& spans) const override {
    const auto heads = q.size(1);
    const auto empty = [](const at::Tensor& x) { return at::empty_like(x, at::MemoryFormat::Contiguous); };
    attention_gradient gradient{empty(q), empty(k), empty(v)};
    size_t run = 0;
    for_each_run(spans, [&](int64_t query, int64_t queries, int64_t key, int64_t keys) {
      const auto queries_of = [&](const at::Tensor& x) { return run_of(x, query, queries, heads); };
      const auto keys_of = [&](const at::Tensor& x) { return run_of(x, key, keys, heads); };
      const auto [dq, dk, dv] =
          backward_run({queries_of(d_output), queries_of(q), keys_of(k), keys_of(v), queries_of(attended.output),
                        attended.log_sums.narrow(1, query, queries).unsqueeze(0)},
                       spans.causal, attended.saved, run++);
      put_rows(gradient.queries, undo_run(dq, heads), query, q.size(0));
      put_rows(gradient.keys, undo_run(dk, k.size(1)), key, k.size(0));
      put_rows(gradient.values, undo_run(dv, v.size(1)), key, v.size(0));
    });
    return gradient;
  }

 protected:
  struct run_inputs {
    at::Tensor d_output, q, k, v, output, log_sums;
  };
  using three_tensors = std::tuple<at::Tensor, at::Tensor, at::Tensor>;

  // The output, and the logarithms of the sums (1, H, at least as many as queries). What else is of use on the way back
  // goes to the end of `saved`.
  virtual std::pair<at::Tensor, at::Tensor> forward_run(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                                                        bool causal, std::vector<at::Tensor>& saved) const = 0;
  virtual three_tensors backward_run(const run_inputs& inputs, bool causal, const std::vector<at::Tensor>& saved,
                                     size_t run) const = 0;

 private:
  template <class Visit>
  static void for_each_run(const attention_spans& spans, Visit visit) {
    const auto &queries = spans.queries.starts, &keys = spans.keys.starts;
    for (size_t i = 0; i + 1 < queries.size(); ++i) {
      if (queries[i] < queries[i + 1]) visit(queries[i], queries[i + 1] - queries[i], keys[i], keys[i + 1] - keys[i]);
    }
  }
};

class cpu_attention : public run_by_run {
  std::pair<at::Tensor, at::Tensor> forward_run(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                                                bool causal, std::vector<at::Tensor>&) const override {
    const auto [output, log_sums] = at::_scaled_dot_product_flash_attention_for_cpu(q, k, v, 0.0, causal);
    return {output, log_sums};
  }

  three_tensors backward_run(const run_inputs& of, bool causal, const std::vector<at::Tensor>&, size_t) const override {
    return at::_scaled_dot_product_flash_attention_for_cpu_backward(of.d_output, of.q, of.k, of.v, of.output,
                                                                    of.log_sums.contiguous(), 0.0, causal);
  }
};

class efficient_attention : public run_by_run {
  std::pair<at::Tensor, at::Tensor> forward_run(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                                                bool causal, std::vector<at::Tensor>& saved) const override {
    const auto [output, log_sums, seed, offset] =
        at::_scaled_dot_product_efficient_attention(q, k, v, {}, true, 0.0, causal);
    saved.insert(saved.end(), {seed, offset});
    return {output, log_sums};
  }

  three_tensors backward_run(const run_inputs& of, bool causal, const std::vector<at::Tensor>& saved,
                             size_t run) const override {
    // As the way forward lays them out: rows of a multiple of 32, infinite where there is no query.
    constexpr int64_t aligned = 32;
    const auto queries = of.q.size(2);
    const auto log_sums =
        at::full({1, of.q.size(1), (queries + aligned - 1) / aligned * aligned}, INFINITY, of.log_sums.options());
    log_sums.narrow(2, 0, queries).copy_(of.log_sums);
    const auto [dq, dk, dv, unused] = at::_scaled_dot_product_efficient_attention_backward(
        of.d_output, of.q, of.k, of.v, {}, of.output, log_sums, saved[2 * run], saved[2 * run + 1], 0.0,
        {true, true, true, false}, causal);
    return {dq, dk, dv};
  }
};

class plain_attention : public run_by_run {
  static double scale(const at::Tensor& q) { return 1 / std::sqrt(static_cast<double>(q.size(3))); }

  static at::Tensor scores(const at::Tensor& q, const at::Tensor& k, bool causal) {
    const auto all = at::matmul(q, k.transpose(2, 3)) * scale(q);
    if (!causal) return all;
    return all.masked_fill(at::ones({q.size(2), k.size(2)}, q.options().dtype(at::kBool)).triu(1), -INFINITY);
  }

  std::pair<at::Tensor, at::Tensor> forward_run(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                                                bool causal, std::vector<at::Tensor>&) const override {
    const auto all = scores(q, k, causal);
    const auto log_sums = at::logsumexp(all, {3});
    return {at::matmul((all - log_sums.unsqueeze(3)).exp(), v), log_sums};
  }

  three_tensors backward_run(const run_inputs& of, bool causal, const std::vector<at::Tensor>&, size_t) const override {
    const auto weights = (scores(of.q, of.k, causal) - of.log_sums.unsqueeze(3)).exp();
    const auto d_weights = at::matmul(of.d_output, of.v.transpose(2, 3));
    const auto d_scores = weights * (d_weights - (of.d_output * of.output).sum({3}, true)) * scale(of.q);
    return {at::matmul(d_scores, of.k), at::matmul(d_scores.transpose(2, 3), of.q),
            at::matmul(weights.transpose(2, 3), of.d_output)};
  }
};

class flash_attention : public span_attention {
  attended_spans forward(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                         const attention_spans& spans) const override {
    const auto &queries = spans.queries, &keys = spans.keys;
    // An upper bound is enough. From 1 the library concludes that each run has one query, and some may have none.
    const auto runs = static_cast<int64_t>(queries.starts.size()) - 1;
    const auto longest = q.size(0) == runs ? queries.longest : std::max<int64_t>(queries.longest, 2);
    auto [output, log_sums, rng_state, unused, mask] = at::_flash_attention_forward(
        q, k, v, queries.on_device, keys.on_device, longest, keys.longest, 0.0, spans.causal, false);
    return {output, log_sums, {rng_state, unused}};
  }

  attention_gradient backward(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                              const attended_spans& attended, const at::Tensor& d_output,
                              const attention_spans& spans) const override {
    const auto &queries = spans.queries, &keys = spans.keys;
    auto [dq, dk, dv] = at::_flash_attention_backward(
        d_output, q, k, v, attended.output, attended.log_sums.contiguous(), queries.on_device, keys.on_device,
        queries.longest, keys.longest, 0.0, spans.causal, attended.saved[0], attended.saved[1]);
    return {dq, dk, dv};
  }
};

}  // namespace

const span_attention& span_attention_for(const at::Tensor& q) {
  static const cpu_attention on_cpu;
  static const efficient_attention efficient;
  static const flash_attention flash;
  if (q.is_cpu()) return on_cpu;
  if (q.scalar_type() == at::kBFloat16 || q.scalar_type() == at::kHalf) return flash;
  return efficient;
}

const span_attention& plain_span_attention() {
  static const plain_attention plain;
  return plain;
}

}  // namespace gepo
