#include "decode-graphs.h"

#include <algorithm>
#include <bit>

#include "job.h"

namespace gepo {
namespace {

// At most a quarter of the pages is looked at in vain, and what grows from 64 pages in use to 1024 takes 16 recordings.
constexpr int64_t sizes_in_octave = 4;

int64_t next_power(int64_t x) { return static_cast<int64_t>(std::bit_ceil(static_cast<uint64_t>(x))); }

int64_t round_up_pages(int64_t pages) {
  const auto step = std::max<int64_t>(next_power(pages) / 2 / sizes_in_octave, 1);
  return (pages + step - 1) / step * step;
}

template <class Visit>
void for_each_pair(const decode_inputs& a, const decode_inputs& b, Visit visit) {
  visit(a.ids, b.ids);
  visit(a.turn.cosines, b.turn.cosines);
  visit(a.turn.sines, b.turn.sines);
  visit(a.map.pages, b.map.pages);
  visit(a.map.places, b.map.places);
  visit(a.map.owners, b.map.owners);
  visit(a.map.hidden, b.map.hidden);
  visit(a.map.shown, b.map.shown);
  visit(a.map.page_now, b.map.page_now);
  visit(a.map.place_now, b.map.place_now);
}

}  // namespace

step_size round_up(const step_size& size, int64_t most_pages) {
  return {next_power(size.rows), std::min(round_up_pages(size.pages), most_pages), next_power(size.width)};
}

decode_graphs::decode_graphs(const model& model, paged_cache& cache)
    : model_(model), cache_(cache), recorder_(open_recorder(model.options().device)) {}

at::Tensor decode_graphs::decode(const decode_inputs& inputs) {
  auto [found, is_new] = steps_.try_emplace({inputs.ids.size(0), inputs.map.owners.size(0), inputs.map.pages.size(1)});
  auto& step = found->second;
  if (is_new) {
    step.inputs = inputs;
    step.recorded =
        recorder_->record([this, &step] { step.hidden = gepo::decode(model_, cache_, step.inputs, nullptr); });
  } else {
    for_each_pair(step.inputs, inputs, [](const at::Tensor& into, const at::Tensor& from) { into.copy_(from); });
  }
  stop_if_aborted();  // what is played back does not ask
  step.recorded->play();
  return step.hidden;
}

}  // namespace gepo
