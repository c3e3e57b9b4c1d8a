#include "packed-batch.h"

#include <ATen/ops/tensor.h>

#include <algorithm>
#include <map>
#include <string>

#include "job.h"
#include "make-bounds.h"

namespace gepo {
namespace {

struct host_batch {
  std::vector<int64_t> ids, positions, rows, targets, segments{0};
  std::vector<int32_t> response_offsets{0};
  // See shared_prompts; empty where nothing is shared.
  std::vector<int64_t> shared_keys, shared_queries;
  int64_t first_query = 0;
};

// Where a sequence's inputs lie: the prompt's and those after it, which are apart where the prompt is shared.
struct place {
  int64_t prompt = 0;
  int64_t rest = 0;
};

void check_offsets(const std::vector<int32_t>& ids, const std::vector<int32_t>& offsets) {
  const bool whole = offsets.size() >= 2 && offsets.front() == 0 && static_cast<size_t>(offsets.back()) == ids.size() &&
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

// One segment; returns where it starts.
int64_t add_segment(host_batch& host, const int32_t* ids, int64_t count, int64_t first_position,
                    const model_config& config) {
  const auto start = static_cast<int64_t>(host.ids.size());
  if (count == 0) return start;
  for (int64_t i = 0; i < count; ++i) {
    host.ids.push_back(check_id(ids[i], config));
    host.positions.push_back(first_position + i);
  }
  host.segments.push_back(static_cast<int64_t>(host.ids.size()));
  return start;
}

at::Tensor to_device(const std::vector<int64_t>& values, c10::Device device) {
  return at::tensor(values, at::kLong).to(device);
}

packed_batch to_device(host_batch&& host, c10::Device device) {
  packed_batch packed;
  packed.ids = to_device(host.ids, device);
  packed.positions = to_device(host.positions, device);
  packed.rows = to_device(host.rows, device);
  packed.targets = to_device(host.targets, device);
  packed.segments = make_bounds(std::move(host.segments), device);
  packed.response_offsets = std::move(host.response_offsets);
  if (!host.shared_keys.empty()) {
    packed.shared = {make_bounds(std::move(host.shared_keys), device),
                     make_bounds(std::move(host.shared_queries), device), host.first_query};
  }
  return packed;
}

void check_sequences(const token_batch& batch, const model_config& config) {
  check_offsets(batch.ids, batch.offsets);
  if (batch.prompt_lengths.size() + 1 != batch.offsets.size()) {
    fail("bad-input", "A batch needs one prompt length for each sequence.");
  }
  for (size_t s = 0; s < batch.prompt_lengths.size(); ++s) {
    const int64_t length = batch.offsets[s + 1] - batch.offsets[s];
    if (batch.prompt_lengths[s] < 1 || batch.prompt_lengths[s] >= length) {
      fail("bad-input", "Sequence " + std::to_string(s) + " needs at least one token of prompt and one of response.");
    }
    check_length(s, length, config);
  }
}

bool has_inputs_after_prompt(const token_batch& batch, size_t s) {
  return batch.offsets[s + 1] - batch.offsets[s] - batch.prompt_lengths[s] > 1;
}

// Whether a response attends to the prompt of the group.
bool is_attended(const token_batch& batch, const std::vector<size_t>& group) {
  return std::any_of(group.begin(), group.end(), [&](size_t s) { return has_inputs_after_prompt(batch, s); });
}

// The sequences of each prompt that there is more than once, in the order of their first; at the end those of which no
// response has inputs.
std::vector<std::vector<size_t>> group_by_prompt(const token_batch& batch) {
  std::map<std::vector<int32_t>, size_t> known;
  std::vector<std::vector<size_t>> groups;
  for (size_t s = 0; s < batch.prompt_lengths.size(); ++s) {
    const auto* ids = batch.ids.data() + batch.offsets[s];
    const auto [found, is_new] = known.try_emplace({ids, ids + batch.prompt_lengths[s]}, groups.size());
    if (is_new) groups.emplace_back();
    groups[found->second].push_back(s);
  }
  groups.erase(std::remove_if(groups.begin(), groups.end(), [](const auto& group) { return group.size() < 2; }),
               groups.end());
  std::stable_partition(groups.begin(), groups.end(), [&](const auto& group) { return is_attended(batch, group); });
  return groups;
}

// Shared prompts first, then the responses to them, then whole sequences.
std::vector<place> lay_out(host_batch& host, const token_batch& batch, const model_config& config,
                           const std::vector<std::vector<size_t>>& groups) {
  std::vector<place> places(batch.prompt_lengths.size());
  std::vector<bool> is_placed(places.size());
  const auto ids_of = [&](size_t s) { return batch.ids.data() + batch.offsets[s]; };
  const auto inputs_of = [&](size_t s) { return int64_t{batch.offsets[s + 1]} - batch.offsets[s] - 1; };
  for (const auto& group : groups) {
    const auto start = add_segment(host, ids_of(group[0]), batch.prompt_lengths[group[0]], 0, config);
    for (const auto s : group) places[s].prompt = start;
    if (is_attended(batch, group)) {
      if (host.shared_keys.empty()) host.shared_keys = host.shared_queries = {0};
      host.shared_keys.push_back(static_cast<int64_t>(host.ids.size()));
    }
  }
  host.first_query = static_cast<int64_t>(host.ids.size());
  for (const auto& group : groups) {
    for (const auto s : group) {
      const int64_t prompt = batch.prompt_lengths[s];
      places[s].rest = add_segment(host, ids_of(s) + prompt, inputs_of(s) - prompt, prompt, config);
      is_placed[s] = true;
    }
    if (is_attended(batch, group)) {
      host.shared_queries.push_back(static_cast<int64_t>(host.ids.size()) - host.first_query);
    }
  }
  for (size_t s = 0; s < places.size(); ++s) {
    if (is_placed[s]) continue;
    places[s].prompt = add_segment(host, ids_of(s), inputs_of(s), 0, config);
    places[s].rest = places[s].prompt + batch.prompt_lengths[s];
  }
  return places;
}

}  // namespace

row_bounds make_bounds(std::vector<int64_t> starts, c10::Device device) {
  row_bounds bounds;
  for (size_t i = 0; i + 1 < starts.size(); ++i) bounds.longest = std::max(bounds.longest, starts[i + 1] - starts[i]);
  // The ledger of cost reads them where there are no values: on the meta device.
  bounds.on_device = to_device(starts, device.is_meta() ? c10::Device(c10::kCPU) : device).to(at::kInt);
  bounds.starts = std::move(starts);
  return bounds;
}

packed_batch pack(const token_batch& batch, const model_config& config, c10::Device device, bool share_prompts) {
  check_sequences(batch, config);
  host_batch host;
  const auto groups = share_prompts ? group_by_prompt(batch) : std::vector<std::vector<size_t>>();
  const auto places = lay_out(host, batch, config, groups);
  for (size_t s = 0; s < places.size(); ++s) {
    const int32_t* ids = batch.ids.data() + batch.offsets[s];
    const int64_t length = batch.offsets[s + 1] - batch.offsets[s];
    const int64_t prompt = batch.prompt_lengths[s];
    for (int64_t i = prompt; i < length; ++i) {
      // The input before a token predicts it.
      host.rows.push_back(i == prompt ? places[s].prompt + prompt - 1 : places[s].rest + i - 1 - prompt);
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
    add_segment(host, ids.data() + offsets[s], length, 0, config);
    host.rows.push_back(static_cast<int64_t>(host.ids.size()) - 1);
  }
  return to_device(std::move(host), device);
}

}  // namespace gepo
