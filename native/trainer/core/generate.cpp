#include "generate.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/tensor.h>

#include <algorithm>
#include <map>
#include <optional>

#include "decode-graphs.h"
#include "draw-token.h"
#include "job.h"
#include "make-bounds.h"

namespace gepo {
namespace {

// About how many tokens of prompts are read in one pass. Many long prompts at once would take too much memory.
constexpr int64_t prompt_tokens_at_once = 16384;

// A cache that is full grows by a quarter: what is copied for it then comes to a few tokens for each that is drawn.
constexpr int64_t growth_divisor = 4;

// A prompt of the request at work, and what was drawn for it so far.
struct sequence {
  size_t prompt = 0;
  int64_t length = 0;  // tokens that were read
  // What of them lies in pages of its own: all, or what comes after a prompt that lies apart.
  int64_t paged = 0;
  std::vector<int64_t> pages;
  int64_t next = 0;  // what was drawn last, to be read
  generated_response response;
};

// Prompts of the request with the very same ids.
struct equal_prompts {
  int64_t count = 0;
  int64_t at_work = 0;
  bool lies_apart = false;  // once, for all sequences that begin with it
  at::Tensor hidden;        // (1, D): what predicts the first token, once it is read and as long as it lies there
};

// A prompt that is to be read, and the rows that begin with it.
struct prompt_reading {
  size_t kind;
  std::vector<size_t> rows;
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

bool is_stop(const generate_options& options, int64_t id) {
  return std::find(options.stop_tokens.begin(), options.stop_tokens.end(), id) != options.stop_tokens.end();
}

class generator {
 public:
  generator(const model& model, const generate_options& options)
      : model_(model),
        options_(options),
        prompts_(static_cast<size_t>(prompt_count(options))),
        numbers_(at::TensorOptions().dtype(model.options().number_type).device(model.options().device)),
        cache_(model.config(), numbers_, options.page_size),
        prefixes_(model.config().layers) {
    find_equal_prompts();
    int64_t longest = 0;
    for (size_t prompt = 0; prompt < prompts_; ++prompt) {
      longest = std::max(longest, prompt_length(options, prompt));
    }
    // The last token is never read.
    longest += options.max_new_tokens - 1;
    most_pages_ = std::min(options.batch_size, prompt_count(options)) * ((longest - 1) / options.page_size + 1);
    if (!options.graphs) return;
    // What rows that only fill up a recorded shape write to.
    spare_page_ = book_.take();
    ++most_pages_;
    graphs_.emplace(model_, cache_);
  }

  void run(const response_listener& finished) {
    at::Tensor hidden = admit();  // (B, D): what predicts the next token of each sequence at work
    while (!at_work_.empty()) {
      take(draw(hidden), finished);
      std::vector<at::Tensor> parts;
      if (!at_work_.empty()) parts.push_back(read_tokens());
      if (auto admitted = admit(); admitted.defined()) parts.push_back(std::move(admitted));
      if (!parts.empty()) hidden = parts.size() == 1 ? parts[0] : at::cat(parts);
    }
  }

 private:
  c10::Device device() const { return model_.options().device; }

  // A prompt lies apart where that spares a page, for it takes a call of attention more. A recorded step knows none that
  // do: each of its rows has all of its sequence in pages.
  void find_equal_prompts() {
    std::map<std::vector<int32_t>, size_t> known;
    for (size_t prompt = 0; prompt < prompts_; ++prompt) {
      const auto* ids = options_.ids.data();
      const std::vector<int32_t> its(ids + options_.offsets[prompt], ids + options_.offsets[prompt + 1]);
      const auto [found, is_new] = known.try_emplace(its, kinds_.size());
      if (is_new) kinds_.emplace_back();
      kind_of_.push_back(found->second);
      auto& kind = kinds_[found->second];
      kind.lies_apart = ++kind.count > 1 && prompt_length(options_, prompt) >= options_.page_size && !options_.graphs;
    }
  }

  // --- pages ---

  void reserve(int64_t pages) {
    if (pages <= cache_.capacity()) return;
    const stage now("making room for the keys and values of " + std::to_string(at_work_.size()) + " responses",
                    "batchSize, or maxNewTokens");
    const auto grown = std::min(cache_.capacity() + cache_.capacity() / growth_divisor, most_pages_);
    // What is recorded reads the pages where they lie, so they never move.
    cache_.reserve(graphs_ ? most_pages_ : std::max(pages, grown));
  }

  // Pages for the sequence's next tokens.
  void extend(sequence& one, int64_t tokens) {
    one.paged += tokens;
    while (static_cast<int64_t>(one.pages.size()) * cache_.page_size() < one.paged) one.pages.push_back(book_.take());
  }

  void close_gaps() {
    if (!book_.is_sparse()) return;
    const auto moved = book_.bring_together();
    cache_.move(moved);
    const std::map<int64_t, int64_t> places(moved.begin(), moved.end());
    for (auto& one : at_work_) {
      for (auto& page : one.pages) {
        if (const auto found = places.find(page); found != places.end()) page = found->second;
      }
    }
  }

  // --- prompts ---

  // Lets the next prompts in where there is room and reads those that have to be; returns the hidden states (new rows, D)
  // that predict their first tokens, or nothing where there is none.
  at::Tensor admit() {
    const auto first = at_work_.size();
    const auto rows = static_cast<size_t>(options_.batch_size);
    for (; at_work_.size() < rows && next_prompt_ < prompts_; ++next_prompt_) {
      auto& one = at_work_.emplace_back();
      one.prompt = next_prompt_;
      one.length = prompt_length(options_, next_prompt_);
      ++kinds_[kind_of_[next_prompt_]].at_work;
    }
    if (first == at_work_.size()) return {};
    std::vector<at::Tensor> hidden(at_work_.size() - first);
    const auto readings = list_readings(first);
    for (size_t begin = 0, end = 0; begin < readings.size(); begin = end) {
      int64_t tokens = 0;
      while (end < readings.size() && tokens < prompt_tokens_at_once) {
        tokens += at_work_[readings[end++].rows[0]].length;
      }
      read_prompts({readings.begin() + begin, readings.begin() + end}, first, hidden);
    }
    for (auto row = first; row < at_work_.size(); ++row) {
      auto& own = hidden[row - first];
      if (!own.defined()) own = kinds_[kind_of_[at_work_[row].prompt]].hidden;
    }
    return at::cat(hidden);
  }

  // What the rows from `first` on begin with, each prompt once; what lies apart already is left out.
  std::vector<prompt_reading> list_readings(size_t first) const {
    std::vector<prompt_reading> readings;
    std::map<size_t, size_t> known;
    for (auto row = first; row < at_work_.size(); ++row) {
      const auto kind = kind_of_[at_work_[row].prompt];
      if (kinds_[kind].hidden.defined()) continue;
      const auto [found, is_new] = known.try_emplace(kind, readings.size());
      if (is_new) readings.push_back({kind, {}});
      readings[found->second].rows.push_back(row);
    }
    return readings;
  }

  // Runs each prompt once. Keys and values of those that lie apart go behind the other prefixes, the rest to pages of
  // each of their rows; `hidden` gets what predicts the first tokens.
  void read_prompts(std::vector<prompt_reading> readings, size_t first, std::vector<at::Tensor>& hidden) {
    const stage now("reading " + std::to_string(readings.size()) + " prompts", "batchSize");
    const auto last_apart = std::stable_partition(readings.begin(), readings.end(), [&](const prompt_reading& reading) {
      return kinds_[reading.kind].lies_apart;
    });
    std::vector<int32_t> ids, offsets{0};
    // For each place that is filled in pages: whose keys and values go there, counted behind what lies apart.
    std::vector<int64_t> lengths, sources, pages, places;
    int64_t apart = 0;
    for (auto reading = readings.begin(); reading != readings.end(); ++reading) {
      const auto& one = at_work_[reading->rows[0]];
      const auto* its = options_.ids.data() + options_.offsets[one.prompt];
      const auto start = static_cast<int64_t>(ids.size());
      ids.insert(ids.end(), its, its + one.length);
      offsets.push_back(static_cast<int32_t>(ids.size()));
      if (reading < last_apart) {
        lengths.push_back(one.length);
        prefix_kinds_.push_back(reading->kind);
        apart += one.length;
        continue;
      }
      for (const auto row : reading->rows) {
        auto& filled = at_work_[row];
        extend(filled, filled.length);
        for (int64_t i = 0; i < filled.length; ++i) {
          sources.push_back(start - apart + i);
          pages.push_back(filled.pages[i / cache_.page_size()]);
          places.push_back(i % cache_.page_size());
        }
      }
    }
    reserve(book_.extent());
    prefixes_.add(lengths);
    const auto in_pages = static_cast<int64_t>(ids.size()) - apart;
    const bool is_repeated = in_pages < static_cast<int64_t>(sources.size());
    const auto from = on_device(sources, device());
    const auto into_pages = on_device(pages, device()), at_places = on_device(places, device());
    const auto batch = pack_prompts(ids, offsets, model_.config(), device());
    const auto found = model_.hidden_rows(batch, true, [&](size_t layer, const attention_inputs& inputs) {
      if (apart > 0) prefixes_.put(layer, inputs.k.narrow(0, 0, apart), inputs.v.narrow(0, 0, apart));
      if (in_pages == 0) return;
      const auto filling = [&](const at::Tensor& x) {
        const auto rest = x.narrow(0, apart, in_pages);
        return is_repeated ? rest.index_select(0, from) : rest;
      };
      cache_.put(layer, into_pages, at_places, filling(inputs.k), filling(inputs.v));
    });
    for (size_t i = 0; i < readings.size(); ++i) {
      const auto its = found.narrow(0, static_cast<int64_t>(i), 1);
      for (const auto row : readings[i].rows) hidden[row - first] = its;
      if (kinds_[readings[i].kind].lies_apart) kinds_[readings[i].kind].hidden = its;
    }
  }

  // Forgets the prompts that no sequence at work begins with, nor the one that comes next.
  void drop_prefixes() {
    std::vector<bool> stays;
    std::vector<size_t> kept;
    for (const auto kind : prefix_kinds_) {
      const bool is_next = next_prompt_ < prompts_ && kind_of_[next_prompt_] == kind;
      stays.push_back(kinds_[kind].at_work > 0 || is_next);
      if (stays.back()) {
        kept.push_back(kind);
      } else {
        kinds_[kind].hidden.reset();
      }
    }
    prefixes_.keep(stays);
    prefix_kinds_ = std::move(kept);
  }

  // --- tokens ---

  drawn_tokens draw(const at::Tensor& hidden) const {
    std::vector<double> uniforms;
    for (const auto& one : at_work_) {
      const auto seed = options_.seeds.empty() ? 0 : options_.seeds[one.prompt];
      uniforms.push_back(uniform_number(seed, one.response.ids.size()));
    }
    const drawing how{options_.temperature, options_.top_p, options_.top_k};
    return draw_tokens(wide_logits(hidden, model_.head().value), how, uniforms);
  }

  // Adds each row's token, hands out what has ended, and makes room.
  void take(const drawn_tokens& drawn, const response_listener& finished) {
    const auto ids = drawn.ids.cpu();
    const auto log_probs = drawn.log_probs.to(at::kCPU, at::kFloat);
    std::vector<sequence> going_on;
    std::vector<int64_t> given_back;
    for (size_t row = 0; row < at_work_.size(); ++row) {
      auto& one = at_work_[row];
      one.next = ids.const_data_ptr<int64_t>()[row];
      one.response.ids.push_back(static_cast<int32_t>(one.next));
      one.response.log_probs.push_back(log_probs.const_data_ptr<float>()[row]);
      one.response.stopped = is_stop(options_, one.next);
      if (!one.response.stopped && static_cast<int64_t>(one.response.ids.size()) < options_.max_new_tokens) {
        going_on.push_back(std::move(one));
        continue;
      }
      given_back.insert(given_back.end(), one.pages.begin(), one.pages.end());
      --kinds_[kind_of_[one.prompt]].at_work;
      finished(one.prompt, std::move(one.response));
    }
    const bool has_ended = going_on.size() < at_work_.size();
    at_work_ = std::move(going_on);
    if (!has_ended) return;
    book_.give_back(given_back);
    cache_.clear(given_back);
    drop_prefixes();
    close_gaps();
  }

  // Rows that begin with the same prompt lie beside each other, in the order of the prefixes; the others come last.
  prefix_reading sort_by_prefix() {
    std::vector<size_t> place(kinds_.size(), prefix_kinds_.size());
    for (size_t i = 0; i < prefix_kinds_.size(); ++i) place[prefix_kinds_[i]] = i;
    const auto place_of = [&](const sequence& one) { return place[kind_of_[one.prompt]]; };
    std::stable_sort(at_work_.begin(), at_work_.end(),
                     [&](const sequence& a, const sequence& b) { return place_of(a) < place_of(b); });
    std::vector<int64_t> rows{0}, keys{0};
    auto row = at_work_.begin();
    for (size_t i = 0; i < prefix_kinds_.size(); ++i) {
      while (row != at_work_.end() && place_of(*row) == i) ++row;
      rows.push_back(row - at_work_.begin());
      keys.push_back(keys.back() + prefixes_.lengths()[i]);
    }
    return {prefixes_, make_bounds(std::move(rows), device()), make_bounds(std::move(keys), device())};
  }

  // One more token of each sequence; returns the hidden states (B, D) that predict the next.
  at::Tensor read_tokens() {
    const stage now("generating " + std::to_string(at_work_.size()) + " responses", "batchSize, or maxNewTokens");
    const auto shared = sort_by_prefix();
    std::vector<int64_t> ids, positions;
    std::vector<paged_row> rows;
    size_t most = 1;
    for (auto& one : at_work_) {
      ids.push_back(one.next);
      positions.push_back(one.length++);
      extend(one, 1);
      rows.push_back({one.pages, one.paged});
      most = std::max(most, one.pages.size());
    }
    step_size size{static_cast<int64_t>(rows.size()), book_.extent(), static_cast<int64_t>(most)};
    if (graphs_) {
      size = round_up(size, most_pages_);
      rows.resize(size.rows, {{spare_page_}, 1});
      ids.resize(size.rows);
      positions.resize(size.rows);
    }
    reserve(size.pages);
    const decode_inputs inputs{
        on_device(ids, device()),
        make_rotation(model_.config(), on_device(positions, device()), model_.options().number_type),
        make_page_map(rows, size.pages, size.width, cache_.page_size(), numbers_)};
    if (graphs_) return graphs_->decode(inputs).narrow(0, 0, static_cast<int64_t>(at_work_.size()));
    return decode(model_, cache_, inputs, shared.rows.rows() > 0 ? &shared : nullptr);
  }

  const model& model_;
  const generate_options& options_;
  const size_t prompts_;
  const at::TensorOptions numbers_;
  std::vector<size_t> kind_of_;  // of each prompt
  std::vector<equal_prompts> kinds_;
  size_t next_prompt_ = 0;
  std::vector<sequence> at_work_;
  int64_t most_pages_ = 0;  // that can be in use at a time
  page_book book_;
  paged_cache cache_;
  shared_prefixes prefixes_;
  std::vector<size_t> prefix_kinds_;  // of each prefix
  int64_t spare_page_ = 0;
  std::optional<decode_graphs> graphs_;
};

void check(const generate_options& options, const model_config& config) {
  const auto prompts = static_cast<size_t>(prompt_count(options));
  if (options.max_new_tokens < 1) fail("bad-input", "maxNewTokens must be at least 1.");
  if (options.batch_size < 1) fail("bad-input", "batchSize must be at least 1.");
  if (options.page_size < 1) fail("bad-input", "pageSize must be at least 1.");
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
