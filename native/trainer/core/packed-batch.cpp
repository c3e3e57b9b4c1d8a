#include "packed-batch.h"

#include <ATen/ops/tensor.h>

#include <algorithm>
#include <string>

#include "job.h"

namespace gepo {
namespace {

struct host_batch {
  std::vector<int64_t> ids, positions, rows, targets, starts{0};
  std::vector<int32_t> response_offsets{0};
  int64_t longest = 0;
};

void check_offsets(const std::vector<int32_t>& ids, const std::vector<int32_t>& offsets) {
  const bool whole = offsets.size() >= 2 && offsets.front() == 0 &&
                     static_cast<size_t>(offsets.back()) == ids.size() &&
                     std::is_sorted(offsets.begin(), offsets.end());
  if (!whole) fail("bad-input", "The offsets of a batch must rise from 0 to the number of its ids.");
}

void check_length(size_t index, int64_t length, const model_config& config) {
  if (length <= config.max_positions) return;
  fail("bad-input", "Sequence " + std::to_string(index) + " has " + std::to_string(length) + " tokens and the model " +
                        std::to_string(config.max_positions) + " positions: leave it out, or use a longer model.");
}

int64_t check_id(int32_t id, const model_config& config) {
  if (id >= 0 && id < config.vocabulary) return id;
  fail("bad-input", "Token " + std::to_string(id) + " is outside of the model's vocabulary of " +
                        std::to_string(config.vocabulary) + ": use the model's own tokenizer.");
}

void add_inputs(host_batch& host, const int32_t* ids, int64_t count, const model_config& config) {
  for (int64_t i = 0; i < count; ++i) {
    host.ids.push_back(check_id(ids[i], config));
    host.positions.push_back(i);
  }
  host.starts.push_back(static_cast<int64_t>(host.ids.size()));
  host.longest = std::max(host.longest, count);
}

at::Tensor to_device(const std::vector<int64_t>& values, c10::Device device) {
  return at::tensor(values, at::kLong).to(device);
}

packed_batch to_device(host_batch&& host, c10::Device device) {
  packed_batch packed;
  packed.ids = to_device(host.ids, device);
  packed.positions = to_device(host.positions, device);
  packed.bounds = to_device(host.starts, device).to(at::kInt);
  packed.rows = to_device(host.rows, device);
  packed.targets = to_device(host.targets, device);
  packed.starts = std::move(host.starts);
  packed.longest = host.longest;
  packed.response_offsets = std::move(host.response_offsets);
  return packed;
}

}  // namespace

packed_batch pack(const token_batch& batch, const model_config& config, c10::Device device) {
  check_offsets(batch.ids, batch.offsets);
  if (batch.prompt_lengths.size() + 1 != batch.offsets.size()) {
    fail("bad-input", "A batch needs one prompt length for each sequence.");
  }
  host_batch host;
  for (size_t s = 0; s < batch.prompt_lengths.size(); ++s) {
    const int32_t* ids = batch.ids.data() + batch.offsets[s];
    const int64_t length = batch.offsets[s + 1] - batch.offsets[s];
    const int64_t prompt = batch.prompt_lengths[s];
    if (prompt < 1 || prompt >= length) {
      fail("bad-input", "Sequence " + std::to_string(s) + " needs at least one token of prompt and one of response.");
    }
    check_length(s, length, config);
    const auto start = static_cast<int64_t>(host.ids.size());
    add_inputs(host, ids, length - 1, config);
    for (int64_t i = prompt; i < length; ++i) {
      host.rows.push_back(start + i - 1);
      host.targets.push_back(check_id(ids[i], config));
    }
    host.response_offsets.push_back(static_cast<int32_t>(host.rows.size()));
  }
  return to_device(std::move(host), device);
}

packed_batch pack_prompts(const std::vector<int32_t>& ids, const std::vector<int32_t>& offsets,
                          const model_config& config, c10::Device device) {
  check_offsets(ids, offsets);
  host_batch host;
  for (size_t s = 0; s + 1 < offsets.size(); ++s) {
    const int64_t length = offsets[s + 1] - offsets[s];
    if (length < 1) fail("bad-input", "Prompt " + std::to_string(s) + " is empty.");
    check_length(s, length, config);
    add_inputs(host, ids.data() + offsets[s], length, config);
    host.rows.push_back(static_cast<int64_t>(host.ids.size()) - 1);
  }
  return to_device(std::move(host), device);
}

}  // namespace gepo
