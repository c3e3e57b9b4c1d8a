#include "operations.h"

#include <ATen/Context.h>
#include <ATen/DeviceAccelerator.h>
#include <ATen/core/LegacyTypeDispatch.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>

#include <cmath>

#include "generate.h"
#include "gradient-check.h"
#include "tensor-file.h"

namespace gepo {
namespace {

c10::ScalarType number_type(const std::string& name) {
  static const std::map<std::string, c10::ScalarType> types{{"float64", c10::kDouble},    {"float32", c10::kFloat},
                                                            {"bfloat16", c10::kBFloat16}, {"float16", c10::kHalf},
                                                            {"int16", c10::kShort}};
  return types.at(name);
}

std::string name_of(c10::ScalarType type) {
  if (type == c10::kDouble) return "float64";
  if (type == c10::kFloat) return "float32";
  return type == c10::kShort ? "int16" : "bfloat16";
}

template <typename T>
std::vector<T> to_host(const at::Tensor& tensor, c10::ScalarType type) {
  const auto flat = tensor.to(at::kCPU, type).contiguous().view({-1});
  const auto* first = flat.const_data_ptr<T>();
  return {first, first + flat.numel()};
}

model_config read_config(const js_object& from) {
  model_config config;
  config.vocabulary = from.integer("vocabulary");
  config.hidden = from.integer("hidden");
  config.intermediate = from.integer("intermediate");
  config.layers = from.integer("layers");
  config.heads = from.integer("heads");
  config.key_heads = from.integer("keyHeads");
  config.head_size = from.integer("headSize");
  config.max_positions = from.integer("maxPositions");
  config.norm_epsilon = from.number("normEpsilon");
  config.head_norms = from.flag("headNorms");
  config.qkv_bias = from.flag("qkvBias");
  config.output_bias = from.flag("outputBias");
  config.mlp_bias = from.flag("mlpBias");
  config.tied = from.flag("tied");
  config.rotary_frequencies = from.array<double>("rotaryFrequencies");
  config.rotary_scale = from.number("rotaryScale");
  return config;
}

model_options read_options(const js_object& from) {
  model_options options;
  options.device = c10::Device(from.text("device"));
  options.number_type = number_type(from.text("numberType"));
  options.activation_bytes = from.has("activationBytes") ? from.integer("activationBytes") : INT64_MAX;
  options.logit_rows = from.integer("logitRows");
  const auto training = from.object("training");
  const auto kind = training.text("kind");
  auto& to = options.training;
  if (kind == "none") return options;
  to.seed = static_cast<uint64_t>(training.integer("seed"));
  if (kind == "lora") {
    to.kind = training_kind::lora;
    to.rank = training.integer("rank");
    to.alpha = training.number("alpha");
    return options;
  }
  to.kind = training_kind::full;
  to.gradients = number_type(training.text("gradients"));
  to.moments = number_type(training.text("moments"));
  to.master = training.flag("master");
  return options;
}

token_batch read_batch(const js_object& from) {
  return {from.array<int32_t>("ids"), from.array<int32_t>("offsets"), from.array<int32_t>("promptLengths")};
}

packed_batch pack_for(const model& model, const token_batch& batch) {
  const auto device = model.options().device;
  return pack(batch, model.config(), device, can_share_prompts(device));
}

// --- log-probabilities ---

struct host_log_probs {
  std::vector<double> sums;
  std::vector<float> tokens, entropies;
  std::vector<int32_t> offsets;
  bool with_entropies = false;
};

host_log_probs gather(const token_log_probs& values, const packed_batch& batch) {
  host_log_probs host;
  const auto exact = to_host<double>(values.log_probs, c10::kDouble);
  host.tokens.assign(exact.begin(), exact.end());
  host.offsets = batch.response_offsets;
  for (size_t s = 0; s + 1 < host.offsets.size(); ++s) {
    double sum = 0;
    for (auto i = host.offsets[s]; i < host.offsets[s + 1]; ++i) sum += exact[i];
    host.sums.push_back(sum);
  }
  host.with_entropies = values.entropies.defined();
  if (host.with_entropies) host.entropies = to_host<float>(values.entropies, c10::kFloat);
  return host;
}

js_record to_record(napi_env env, const host_log_probs& values) {
  js_record record(env);
  record.set("sums", values.sums).set("tokens", values.tokens).set("offsets", values.offsets);
  if (values.with_entropies) record.set("entropies", values.entropies);
  return record;
}

struct host_gradient {
  std::vector<double> per_sequence;
  std::vector<float> per_token, per_entropy;
  bool by_sequence = false;
};

host_gradient read_gradient(const js_object& from) {
  host_gradient gradient;
  gradient.by_sequence = from.has("perSequence");
  if (gradient.by_sequence) {
    gradient.per_sequence = from.array<double>("perSequence");
    return gradient;
  }
  gradient.per_token = from.array<float>("perToken");
  if (from.has("perEntropy")) gradient.per_entropy = from.array<float>("perEntropy");
  return gradient;
}

void check_size(size_t found, size_t wanted, const char* what) {
  if (found == wanted) return;
  fail("bad-input", std::string("The gradient has ") + std::to_string(found) + " " + what + " and the batch " +
                        std::to_string(wanted) + ".");
}

token_gradient to_device(const host_gradient& host, const packed_batch& batch, const model_options& options) {
  const auto type = accumulation_type(options.number_type);
  const auto& offsets = batch.response_offsets;
  const auto tokens = static_cast<size_t>(offsets.back());
  if (!host.by_sequence) {
    check_size(host.per_token.size(), tokens, "response tokens");
    token_gradient gradient{at::tensor(host.per_token, at::kFloat).to(options.device, type), {}};
    if (host.per_entropy.empty()) return gradient;
    check_size(host.per_entropy.size(), tokens, "entropies");
    gradient.by_entropy = at::tensor(host.per_entropy, at::kFloat).to(options.device, type);
    return gradient;
  }
  check_size(host.per_sequence.size(), offsets.size() - 1, "sequences");
  std::vector<double> spread(tokens);
  for (size_t s = 0; s + 1 < offsets.size(); ++s) {
    std::fill(spread.begin() + offsets[s], spread.begin() + offsets[s + 1], host.per_sequence[s]);
  }
  return {at::tensor(spread, at::kDouble).to(options.device, type), {}};
}

// --- tensors by name ---

enum class part { value, missing_bits, first_moment, second_moment };

part part_named(const std::string& name) {
  static const std::map<std::string, part> parts{{"value", part::value},
                                                 {"missingBits", part::missing_bits},
                                                 {"firstMoment", part::first_moment},
                                                 {"secondMoment", part::second_moment}};
  return parts.at(name);
}

struct tensor_name {
  std::string name;
  part which;
};

tensor_name read_name(const js_object& from) { return {from.text("name"), part_named(from.text("part"))}; }

const named_rows& find(const model& model, const std::string& name) {
  for (const auto& candidate : model.names()) {
    if (candidate.name == name) return candidate;
  }
  fail("bad-checkpoint", "The model has no tensor " + name + ": the checkpoint is of another model.");
}

at::Tensor& whole_part(parameter& owner, part which) {
  switch (which) {
    case part::value: return owner.value;
    case part::missing_bits: return owner.missing_bits;
    case part::first_moment: return owner.first_moment;
    default: return owner.second_moment;
  }
}

at::Tensor rows_of(const named_rows& rows, part which) {
  const auto& whole = whole_part(*rows.owner, which);
  if (!whole.defined()) fail("bad-checkpoint", "The model keeps no such state for " + rows.name + ": open it with the training options that the state was saved under.");
  return whole.narrow(0, rows.first_row, rows.rows);
}

void check_shape(const at::Tensor& found, const at::Tensor& wanted, const std::string& name) {
  if (found.sizes() == wanted.sizes()) return;
  std::ostringstream words;
  words << "Tensor " << name << " has the shape " << found.sizes() << " and config.json asks for " << wanted.sizes()
        << ": they are of different models.";
  fail("bad-checkpoint", words.str());
}

void load_tensor(model& model, const tensor_name& name, const at::Tensor& stored) {
  const auto& rows = find(model, name.name);
  const auto target = rows_of(rows, name.which);
  check_shape(stored, target, name.name);
  const bool widens = name.which == part::value && rows.owner->missing_bits.defined();
  if (!widens) {
    target.copy_(stored);
    return;
  }
  const auto missing = rows_of(rows, part::missing_bits);
  if (stored.scalar_type() == c10::kFloat) {
    split_master(stored.to(target.device()), target, missing);
  } else {
    target.copy_(stored);
    missing.zero_();
  }
}

// A weight as a checkpoint holds it: in full precision if there is more than its value has, additions merged.
at::Tensor exported(const model& model, const std::string& name, c10::ScalarType type) {
  const auto& rows = find(model, name);
  auto value = rows_of(rows, part::value);
  if (type == c10::kFloat && rows.owner->missing_bits.defined()) {
    return join_master(value, rows_of(rows, part::missing_bits));
  }
  for (const auto& layer : model.layers()) {
    for (const auto* candidate : {&layer.qkv, &layer.output, &layer.gate_up, &layer.down}) {
      if (candidate->weight != rows.owner) continue;
      for (const auto& addition : candidate->additions) {
        if (addition.first_row != rows.first_row) continue;
        const auto product = at::mm(addition.up->value, addition.down->value);
        value = value.to(product.scalar_type()).add(product, candidate->scale);
      }
    }
  }
  return value.to(type);
}

struct listed_tensor {
  std::string name, part, type;
  std::vector<int64_t> shape;
};

napi_value to_js_list(napi_env env, const std::vector<listed_tensor>& tensors) {
  return list_to_js(env, tensors, [&](const listed_tensor& tensor) {
    const auto shape = list_to_js(env, tensor.shape, [&](int64_t size) { return to_js(env, size); });
    return js_record(env).set("name", tensor.name).set("part", tensor.part).set("numberType", tensor.type)
        .set_value("shape", shape).value();
  });
}

std::vector<listed_tensor> list_tensors(const model& model, bool state) {
  std::vector<listed_tensor> listed;
  for (const auto& rows : model.names()) {
    if (state && !rows.owner->trained) continue;
    for (const char* name : {"value", "missingBits", "firstMoment", "secondMoment"}) {
      const auto which = part_named(name);
      const auto& whole = whole_part(*rows.owner, which);
      if (!whole.defined() || (!state && which != part::value)) continue;
      auto shape = whole.sizes().vec();
      shape[0] = rows.rows;
      listed.push_back({rows.name, name, name_of(whole.scalar_type()), shape});
    }
  }
  return listed;
}

int64_t bytes_of(const at::Tensor& tensor) { return tensor.defined() ? static_cast<int64_t>(tensor.nbytes()) : 0; }

int64_t held_by(const forward_pass& pass) {
  int64_t bytes = bytes_of(pass.last_rows);
  for (const auto& layer : pass.layers) bytes += bytes_of(layer.input) + (is_kept(layer) ? kept_bytes(layer) : 0);
  return bytes;
}

const js_result nothing = [](napi_env env) {
  napi_value undefined;
  check(napi_get_undefined(env, &undefined), "cannot make undefined");
  return undefined;
};

// Each operation: what it reads from its argument, and the work that this leaves.
class operations {
 public:
  explicit operations(std::shared_ptr<session_table> sessions) : sessions_(std::move(sessions)) {}

  std::map<std::string, operation> all() const {
    const auto named = [this](auto method) {
      return [sessions = sessions_, method](const js_object& from) { return method(sessions, from); };
    };
    return {{"open", named(open)},          {"load", named(load)},         {"startState", named(start_state)},
            {"listTensors", named(list)},   {"write", named(write)},       {"logProbs", named(log_probs)},
            {"begin", named(begin)},        {"finish", named(finish)},     {"discard", named(discard)},
            {"backward", named(backward)},  {"clearGradients", named(clear)}, {"step", named(step)},
            {"generate", named(generate_responses)}, {"memory", named(memory)}, {"gradients", named(gradients)},
            {"autogradGradients", named(autograd)}, {"logits", named(logits)}, {"close", named(close)}};
  }

 private:
  using table = std::shared_ptr<session_table>;
  using work = std::function<js_result()>;

  static work open(const table& sessions, const js_object& from) {
    return [sessions, config = read_config(from.object("config")), options = read_options(from)]() -> js_result {
      if (options.device.is_cuda() && !at::globalContext().hasCUDA()) {
        fail("unavailable", "There is no GPU that libtorch can use here: set the device to cpu, or see `gepo doctor`.");
      }
      const auto number = sessions->open(config, options);
      auto& opened = sessions->at(number).model;
      int64_t parameters = 0, trained = 0;
      for (const auto& p : opened.parameters()) {
        (p.trained && options.training.kind == training_kind::lora ? trained : parameters) += p.value.numel();
      }
      if (options.training.kind == training_kind::full) trained = parameters;
      return [=](napi_env env) {
        return js_record(env).set("model", number).set("parameters", parameters).set("trained", trained).value();
      };
    };
  }

  static work load(const table& sessions, const js_object& from) {
    struct item {
      tensor_name name;
      stored_tensor stored;
    };
    std::vector<item> items;
    for (const auto& tensor : from.list("tensors")) {
      std::vector<int64_t> shape;
      for (const auto size : tensor.array<double>("shape")) shape.push_back(static_cast<int64_t>(size));
      items.push_back({read_name(tensor), {number_type(tensor.text("numberType")), shape, tensor.integer("begin")}});
    }
    return [sessions, number = from.integer("model"), path = from.text("path"), items]() -> js_result {
      auto& target = sessions->at(number).model;
      const stage now("loading " + path, "the model's size, or its number type");
      const mapped_file file(path);
      for (const auto& [name, stored] : items) {
        stop_if_aborted();
        load_tensor(target, name, file.view(stored));
      }
      return nothing;
    };
  }

  // Makes room for moments that are about to be loaded.
  static work start_state(const table& sessions, const js_object& from) {
    return [sessions, number = from.integer("model"), steps = from.integer("steps")]() -> js_result {
      auto& session = sessions->at(number);
      session.steps = steps;
      for (auto& p : session.model.parameters()) {
        p.gradient = at::Tensor();
        p.first_moment = at::Tensor();
        p.second_moment = at::Tensor();
      }
      if (steps > 0) make_moments(session.model.parameters(), session.model.options().training);
      return nothing;
    };
  }

  static work list(const table& sessions, const js_object& from) {
    return [sessions, number = from.integer("model"), state = from.flag("state")]() -> js_result {
      const auto& session = sessions->at(number);
      return [tensors = list_tensors(session.model, state), steps = session.steps](napi_env env) {
        return js_record(env).set_value("tensors", to_js_list(env, tensors)).set("steps", steps).value();
      };
    };
  }

  static work write(const table& sessions, const js_object& from) {
    std::vector<tensor_name> names;
    for (const auto& tensor : from.list("tensors")) names.push_back(read_name(tensor));
    const auto type = from.has("numberType") ? from.text("numberType") : "";
    return [sessions, number = from.integer("model"), path = from.text("path"), prefix = from.array<uint8_t>("prefix"),
            names, type]() -> js_result {
      const auto& source = sessions->at(number).model;
      const stage now("writing " + path, "the size of a shard");
      write_tensor_file(path, prefix, names.size(), [&](size_t i) {
        if (!type.empty()) return exported(source, names[i].name, number_type(type));
        return rows_of(find(source, names[i].name), names[i].which);
      });
      return nothing;
    };
  }

  static work log_probs(const table& sessions, const js_object& from) {
    return [sessions, number = from.integer("model"), batch = read_batch(from), entropies = from.flag("entropies"),
            additions = !from.flag("withoutAdapter")]() -> js_result {
      const auto& source = sessions->at(number).model;
      const auto packed = pack_for(source, batch);
      const auto values = gather(source.log_probs(packed, additions, entropies), packed);
      return [values](napi_env env) { return to_record(env, values).value(); };
    };
  }

  static work begin(const table& sessions, const js_object& from) {
    return [sessions, number = from.integer("model"), batch = read_batch(from),
            entropies = from.flag("entropies")]() -> js_result {
      auto& session = sessions->at(number);
      session.model.check_trained();
      auto pass = session.model.forward(pack_for(session.model, batch), true);
      const auto values = gather(session.model.log_probs(*pass, entropies), pass->batch);
      const auto pass_number = ++session.last_pass;
      session.passes.emplace(pass_number, std::move(pass));
      return [values, pass_number](napi_env env) {
        return to_record(env, values).set("pass", pass_number).value();
      };
    };
  }

  static work finish(const table& sessions, const js_object& from) {
    return [sessions, number = from.integer("model"), pass = from.integer("pass"),
            gradient = read_gradient(from)]() -> js_result {
      auto& session = sessions->at(number);
      const auto found = session.passes.find(pass);
      if (found == session.passes.end()) fail("closed", "This pass was finished or discarded before.");
      // Freed whatever happens: half of a backward pass is of no use.
      const auto taken = std::move(found->second);
      session.passes.erase(found);
      session.model.backward(*taken, to_device(gradient, taken->batch, session.model.options()), false);
      return nothing;
    };
  }

  static work discard(const table& sessions, const js_object& from) {
    return [sessions, number = from.integer("model"), pass = from.integer("pass")]() -> js_result {
      sessions->at(number).passes.erase(pass);
      return nothing;
    };
  }

  static work backward(const table& sessions, const js_object& from) {
    return [sessions, number = from.integer("model"), batch = read_batch(from), gradient = read_gradient(from),
            entropies = from.flag("entropies")]() -> js_result {
      auto& source = sessions->at(number).model;
      source.check_trained();
      auto packed = pack_for(source, batch);
      const auto on_device = to_device(gradient, packed, source.options());
      const auto pass = source.forward(std::move(packed), true);
      const auto values = gather(source.backward(*pass, on_device, entropies), pass->batch);
      return [values](napi_env env) { return to_record(env, values).value(); };
    };
  }

  static void clear_gradients(model& target) {
    for (auto& p : target.parameters()) {
      if (p.gradient.defined()) p.gradient.zero_();
    }
  }

  static work clear(const table& sessions, const js_object& from) {
    return [sessions, number = from.integer("model")]() -> js_result {
      clear_gradients(sessions->at(number).model);
      return nothing;
    };
  }

  static work step(const table& sessions, const js_object& from) {
    const adamw_options options{from.number("learningRate"), from.number("clipNorm"), from.number("weightDecay"),
                                from.number("beta1"),        from.number("beta2"),    from.number("epsilon")};
    return [sessions, number = from.integer("model"), options]() -> js_result {
      auto& session = sessions->at(number);
      session.model.check_trained();
      auto& parameters = session.model.parameters();
      const auto norm = gradient_norm(parameters);
      if (!std::isfinite(norm)) {
        clear_gradients(session.model);
        fail("not-finite", "The gradients are not finite, and the step was left out: lower the learning rate, or look for what is unusual in the batch.");
      }
      const double scale = options.clip_norm > 0 && norm > options.clip_norm ? options.clip_norm / norm : 1;
      const auto& training = session.model.options().training;
      make_moments(parameters, training);
      adamw_step(parameters, options, scale, ++session.steps, training);
      clear_gradients(session.model);
      return [norm, steps = session.steps](napi_env env) {
        return js_record(env).set("gradientNorm", norm).set("steps", steps).value();
      };
    };
  }

  static work generate_responses(const table& sessions, const js_object& from) {
    generate_options options;
    options.ids = from.array<int32_t>("ids");
    options.offsets = from.array<int32_t>("offsets");
    options.max_new_tokens = from.integer("maxNewTokens");
    options.stop_tokens = from.array<int32_t>("stopTokens");
    options.temperature = from.number("temperature");
    options.top_p = from.number("topP");
    options.top_k = from.integer("topK");
    options.batch_size = from.integer("batchSize");
    if (from.has("seeds")) options.seeds = from.array<uint32_t>("seeds");
    return [sessions, number = from.integer("model"), options]() -> js_result {
      const auto responses = generate(sessions->at(number).model, options);
      std::vector<int32_t> ids, offsets{0};
      std::vector<float> log_probs;
      std::vector<uint8_t> stopped;
      for (const auto& response : responses) {
        ids.insert(ids.end(), response.ids.begin(), response.ids.end());
        log_probs.insert(log_probs.end(), response.log_probs.begin(), response.log_probs.end());
        offsets.push_back(static_cast<int32_t>(ids.size()));
        stopped.push_back(response.stopped ? 1 : 0);
      }
      return [=](napi_env env) {
        return js_record(env).set("ids", ids).set("offsets", offsets).set("logProbs", log_probs)
            .set("stopped", stopped).value();
      };
    };
  }

  static work memory(const table& sessions, const js_object& from) {
    return [sessions, number = from.integer("model")]() -> js_result {
      auto& session = sessions->at(number);
      int64_t weights = 0, gradients = 0, optimizer = 0, activations = 0, in_use = -1, peak = -1;
      for (const auto& p : session.model.parameters()) {
        weights += bytes_of(p.value);
        gradients += bytes_of(p.gradient);
        optimizer += bytes_of(p.missing_bits) + bytes_of(p.first_moment) + bytes_of(p.second_moment);
      }
      for (const auto& [pass_number, pass] : session.passes) activations += held_by(*pass);
      const auto device = session.model.options().device;
      if (device.is_cuda()) {
        const auto statistics = at::accelerator::getDeviceStats(device.has_index() ? device.index() : 0);
        in_use = statistics.allocated_bytes[0].current;
        peak = statistics.allocated_bytes[0].peak;
      }
      return [=](napi_env env) {
        return js_record(env).set("weights", weights).set("gradients", gradients).set("optimizer", optimizer)
            .set("activations", activations).set("deviceInUse", in_use).set("devicePeak", peak).value();
      };
    };
  }

  // What is trained, by name.
  static js_result named_values(const model& source, const std::function<at::Tensor(parameter&)>& whole) {
    std::vector<std::pair<std::string, std::vector<double>>> values;
    for (const auto& rows : source.names()) {
      if (!rows.owner->trained) continue;
      values.emplace_back(rows.name,
                          to_host<double>(whole(*rows.owner).narrow(0, rows.first_row, rows.rows), c10::kDouble));
    }
    return [values = std::move(values)](napi_env env) {
      js_record record(env);
      for (const auto& [name, entries] : values) record.set(name.c_str(), entries);
      return record.value();
    };
  }

  static work gradients(const table& sessions, const js_object& from) {
    return [sessions, number = from.integer("model")]() -> js_result {
      return named_values(sessions->at(number).model, [](parameter& p) { return gradient_of(p); });
    };
  }

  static work autograd(const table& sessions, const js_object& from) {
    return [sessions, number = from.integer("model"), batch = read_batch(from),
            gradient = read_gradient(from)]() -> js_result {
      auto& source = sessions->at(number).model;
      const auto packed = pack(batch, source.config(), source.options().device, false);
      const auto computed = autograd_gradients(source, packed, to_device(gradient, packed, source.options()));
      std::map<const parameter*, at::Tensor> by_parameter;
      size_t i = 0;
      for (const auto& p : source.parameters()) by_parameter[&p] = computed[i++];
      return named_values(source, [&](parameter& p) { return by_parameter.at(&p); });
    };
  }

  static work logits(const table& sessions, const js_object& from) {
    return [sessions, number = from.integer("model"), batch = read_batch(from)]() -> js_result {
      const auto& source = sessions->at(number).model;
      const auto packed = pack_for(source, batch);
      const auto values = to_host<float>(wide_logits(source.hidden_rows(packed, true), source.head().value), c10::kFloat);
      return [values](napi_env env) { return to_js(env, values); };
    };
  }

  static work close(const table& sessions, const js_object& from) {
    return [sessions, number = from.integer("model")]() -> js_result {
      sessions->close(number);
      return nothing;
    };
  }

  table sessions_;
};

}  // namespace

std::map<std::string, operation> make_operations(std::shared_ptr<session_table> sessions) {
  auto all = operations(std::move(sessions)).all();
  for (auto& [name, made] : all) {
    if (name == "autogradGradients") continue;
    made = [inner = std::move(made)](const js_object& from) -> std::function<js_result()> {
      return [work = inner(from)] {
        // Derivatives are computed by hand: autograd has nothing to record.
        const at::AutoDispatchBelowAutograd unrecorded;
        return work();
      };
    };
  }
  return all;
}

}  // namespace gepo
