// Clipping by the common norm and AdamW.
#pragma once
#include <deque>

#include "choose-kernels.h"
#include "model-config.h"
#include "parameter.h"
#include "sharding.h"

namespace gepo {

struct adamw_options {
  double learning_rate;
  double clip_norm;  // <= 0: no clipping
  double weight_decay;
  double beta1, beta2, epsilon;
};

// Sums the gradients over the ranks, as far as they are not yet. The root of the sum of the squares of all of them.
double sum_gradients(std::deque<parameter>& parameters, const sharding& shared);

// Moments of zero, of what this rank owns, for every trained parameter that has none.
void make_moments(std::deque<parameter>& parameters, const training_config& training, const sharding& shared);

// The `step`-th step (from 1) of all trained parameters, which must have moments and summed gradients; gradients count
// `scale` times and stay as they are. `fused`: kernels of ours, or null.
void adamw_step(std::deque<parameter>& parameters, const adamw_options& options, double scale, int64_t step,
                const training_config& training, const sharding& shared, const kernels* fused);

// The float32 value of a bfloat16 parameter and the bits that it lacks, and back. The value is the master rounded to
// the nearest, half upwards in the bits; the missing bits are the signed distance in units of the master's last place.
at::Tensor join_master(const at::Tensor& value, const at::Tensor& missing_bits);
void split_master(const at::Tensor& master, at::Tensor value, at::Tensor missing_bits);

}  // namespace gepo
