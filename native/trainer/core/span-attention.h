// Attention within spans of packed rows, by the kernel of libtorch that the device and the number type have. Queries may
// have more heads than keys (GQA).
#pragma once
#include "packed-batch.h"

namespace gepo {

// The queries of a run attend to the keys of the run of the same number: all of them, or, causally, those up to their
// own place. The runs have as many queries as keys then.
struct attention_spans {
  const row_bounds& queries;
  const row_bounds& keys;
  bool causal;
};

struct attended_spans {
  at::Tensor output;  // (T, H, head_size)
  at::Tensor log_sums;  // (H, T): the logarithm of each query's sum of exponentials
  std::vector<at::Tensor> saved;  // what else the kernel's own derivative takes
};

struct attention_gradient {
  at::Tensor queries, keys, values;
};

class span_attention {
 public:
  virtual ~span_attention() = default;
  // q (T, H, head_size), k and v (K, H_k, head_size)
  virtual attended_spans forward(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                                 const attention_spans& spans) const = 0;
  // Where `output` and `log_sums` are those over more keys than these spans have, this is the share of theirs in the
  // derivatives, and the shares of all keys add up to the whole. Each run must have queries.
  virtual attention_gradient backward(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                                      const attended_spans& attended, const at::Tensor& d_output,
                                      const attention_spans& spans) const = 0;
};

// What computes it for tensors such as q.
const span_attention& span_attention_for(const at::Tensor& q);

// The same by matrix products, for any device: what the others are held against.
const span_attention& plain_span_attention();

}  // namespace gepo
