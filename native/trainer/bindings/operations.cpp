#include "operations.h"

#include <ATen/Context.h>
#include <ATen/DeviceAccelerator.h>
#include <ATen/core/LegacyTypeDispatch.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/tensor.h>

#include <cmath>
#include <optional>

#include "../ranks/join-sockets.h"
#include "../ranks/nccl-collectives.h"
#include "../ranks/socket-collectives.h"
#include "arguments.h"
#include "collective-trials.h"
#include "cost-ledger.h"
#include "gpu-names.h"
#include "gradient-check.h"
#include "job-queue.h"
#include "kernel-trials.h"
#include "log-prob-values.h"
#include "memory-tally.h"
#include "meta-operations.h"
#include "profile.h"
#include "random-weights.h"
#include "tensor-file.h"

namespace gepo {
namespace {

packed_batch pack_for(const model& model, const token_batch& batch) {
  const auto& options = model.options();
  return pack(batch, model.config(), options.device, options.share_prompts);
}

napi_value to_js_list(napi_env env, const std::vector<listed_tensor>& tensors) {
  return list_to_js(env, tensors, [&](const listed_tensor& tensor) {
    const auto shape = list_to_js(env, tensor.shape, [&](int64_t size) { return to_js(env, size); });
    js_record record(env);
    record.set("name", tensor.name.name).set("part", name_of(tensor.name.part));
    return record.set("numberType", name_of(tensor.type)).set_value("shape", shape).value();
  });
}

c10::DeviceIndex index_of(c10::Device device) {
  return device.has_index() ? device.index() : static_cast<c10::DeviceIndex>(0);
}

int64_t bytes_of(const at::Tensor& tensor) { return tensor.defined() ? static_cast<int64_t>(tensor.nbytes()) : 0; }

int64_t held_by(const forward_pass& pass) {
  int64_t bytes = bytes_of(pass.last_rows);
  for (const auto& layer : pass.layers) bytes += bytes_of(layer.input) + kept_bytes(layer);
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
    return {{"listGpus", named(list_gpus)},
            {"listen", named(listen)},
            {"join", named(join)},
            {"tryCollectives", named(try_collectives)},
            {"tryNccl", named(try_nccl)},
            {"tryGpuNames", named(try_gpu_names)},
            {"open", named(open)},
            {"load", named(load)},
            {"startState", named(start_state)},
            {"listTensors", named(list)},
            {"write", named(write)},
            {"logProbs", named(log_probs)},
            {"begin", named(begin)},
            {"finish", named(finish)},
            {"discard", named(discard)},
            {"backward", named(backward)},
            {"clearGradients", named(clear)},
            {"step", named(step)},
            {"generate", named(generate_responses)},
            {"memory", named(memory)},
            {"gradients", named(gradients)},
            {"autogradGradients", named(autograd)},
            {"logits", named(logits)},
            {"tryKernel", named(try_kernel)},
            {"close", named(close)},
            {"fillRandomly", named(fill)},
            {"startProfile", named(start_profiling)},
            {"endProfile", named(end_profiling)},
            {"startCount", named(start_count)},
            {"endCount", named(end_count)}};
  }

 private:
  using table = std::shared_ptr<session_table>;
  using work = std::function<js_result()>;

  static js_result to_result(std::vector<std::string> texts) {
    return [texts = std::move(texts)](napi_env env) {
      return list_to_js(env, texts, [&](const std::string& text) { return to_js(env, text); });
    };
  }

  static work list_gpus(const table&, const js_object&) {
    return []() -> js_result {
      const auto count = at::globalContext().hasCUDA() ? int64_t{at::accelerator::deviceCount()} : int64_t{0};
      return to_result(name_gpus("libcuda.so.1", count));
    };
  }

  // By a library in the driver's place.
  static work try_gpu_names(const table&, const js_object& from) {
    return [library = from.text("library"), count = from.integer("count")]() -> js_result {
      return to_result(name_gpus(library.c_str(), count));
    };
  }

  // Begins a joining: what the other ranks must know of this one, a port or what NCCL joins by.
  static work listen(const table& sessions, const js_object& from) {
    return [sessions, everywhere = from.flag("everywhere"), by_nccl = from.flag("nccl")]() -> js_result {
      sessions->ranks->connected.reset();
      std::vector<uint8_t> id;
      int64_t port = 0;
      if (by_nccl) {
        id = make_nccl_id();
      } else {
        sessions->listening = listen_anywhere(everywhere);
        port = port_of(sessions->listening);
      }
      return [id, port](napi_env env) { return js_record(env).set("port", port).set("id", id).value(); };
    };
  }

  static work join(const table& sessions, const js_object& from) {
    std::vector<std::string> addresses;
    for (const auto& rank : from.list("addresses")) addresses.push_back(rank.text("address"));
    const auto words = joining_words::from(from.array<uint8_t>("shown"), from.array<uint8_t>("expected"));
    return [sessions, rank = from.integer("rank"), words, id = from.array<uint8_t>("id"),
            device = c10::Device(from.text("device")), addresses]() -> js_result {
      auto& ranks = *sessions->ranks;
      ranks.connected.reset();
      ranks.rank = rank;
      ranks.size = static_cast<int64_t>(addresses.size());
      if (device.is_cuda()) {
        ranks.connected = join_by_nccl(c10::Device(device.type(), index_of(device)), rank, ranks.size, id);
      } else {
        constexpr int seconds = 60;
        ranks.connected =
            make_socket_collectives(rank, join_sockets(sessions->listening, rank, addresses, words, seconds));
        sessions->listening = socket_handle();
      }
      return nothing;
    };
  }

  static work try_collectives(const table&, const js_object& from) {
    const collective_trial trial{.size = from.integer("size"),
                                 .entries = from.integer("entries"),
                                 .broken = from.integer("broken"),
                                 .strangers = from.integer("strangers"),
                                 .impostor = from.integer("impostor"),
                                 .absent = from.integer("absent"),
                                 .type = number_type(from.text("numberType"))};
    return [trial]() -> js_result {
      return [results = run_collectives(trial)](napi_env env) {
        return list_to_js(env, results, [&](const std::vector<double>& values) { return to_js(env, values); });
      };
    };
  }

  static work try_nccl(const table&, const js_object& from) {
    return [library = from.text("library"), id = from.array<uint8_t>("id"), again = from.flag("again")]() -> js_result {
      run_nccl(library, id, again);
      return nothing;
    };
  }

  static work open(const table& sessions, const js_object& from) {
    return [sessions, config = read_config(from.object("config")), options = read_options(from),
            together = from.flag("together")]() -> js_result {
      if (options.device.is_cuda() && !at::globalContext().hasCUDA()) {
        fail("unavailable", "There is no GPU that libtorch can use here: set the device to cpu, or see `gepo doctor`.");
      }
      if (options.device.is_meta()) prepare_meta();
      const auto number = sessions->open(config, options, together);
      if (options.device.is_cuda()) at::accelerator::resetPeakStats(index_of(options.device));
      auto& opened = sessions->at(number).model;
      int64_t parameters = 0, trained = 0;
      for (const auto& p : opened.parameters()) {
        (p.trained && options.training.kind == training_kind::lora ? trained : parameters) += p.owned.entries;
      }
      if (options.training.kind == training_kind::full) trained = parameters;
      const bool fused = opened.fused() != nullptr;
      return [=](napi_env env) {
        return js_record(env)
            .set("model", number)
            .set("parameters", parameters)
            .set("trained", trained)
            .set("fused", fused)
            .value();
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
      const stored_tensor stored{number_type(tensor.text("numberType")), shape, tensor.integer("begin")};
      items.push_back({read_tensor_name(tensor), stored});
    }
    return [sessions, number = from.integer("model"), path = from.text("path"), items]() -> js_result {
      auto& target = sessions->at(number).model;
      const stage now("loading " + path, "the model's size, or its number type");
      const auto& shared = target.shared();
      std::optional<mapped_file> file;
      // The leader reads, and the others need not have the file.
      if (shared.ranks().is_leader()) file.emplace(path);
      for (const auto& [name, stored] : items) {
        stop_if_aborted();
        check_stored(target, name, stored.shape);
        if (shared.ranks().is_alone()) {
          load_tensor(target, name, file->view(stored));
          continue;
        }
        const auto options = at::TensorOptions().dtype(stored.type).device(target.options().device);
        const auto whole = file ? file->view(stored).to(options).clone() : at::empty(stored.shape, options);
        shared.connection().broadcast(whole, 0);
        load_tensor(target, name, whole);
      }
      return nothing;
    };
  }

  static work fill(const table& sessions, const js_object& from) {
    return [sessions, number = from.integer("model"), seed = from.integer("seed")]() -> js_result {
      fill_randomly(sessions->at(number).model, static_cast<uint64_t>(seed));
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
        p.gradient_part = at::Tensor();
        p.first_moment = at::Tensor();
        p.second_moment = at::Tensor();
      }
      auto& model = session.model;
      if (steps > 0) make_moments(model.parameters(), model.options().training, model.shared());
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
    for (const auto& tensor : from.list("tensors")) names.push_back(read_tensor_name(tensor));
    const auto type = from.has("numberType") ? from.text("numberType") : "";
    return [sessions, number = from.integer("model"), path = from.text("path"), prefix = from.array<uint8_t>("prefix"),
            names, type]() -> js_result {
      const auto& source = sessions->at(number).model;
      const stage now("writing " + path, "the size of a shard");
      tensor_reader reader(source);
      const auto tensor = [&](size_t i) {
        if (!type.empty()) return reader.exported(names[i].name, number_type(type));
        return reader.named(names[i]);
      };
      if (source.shared().ranks().is_leader()) {
        write_tensor_file(path, prefix, names.size(), tensor);
      } else {
        for (size_t i = 0; i < names.size(); ++i) tensor(i);
      }
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
      return [values, pass_number](napi_env env) { return to_record(env, values).set("pass", pass_number).value(); };
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
    const auto phase = during(work_phase::step);
    const auto part = working_on(work_part::optimizer);
    for (auto& p : target.parameters()) {
      if (p.gradient.defined()) p.gradient.zero_();
      p.gradient_part = at::Tensor();
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
      const auto& shared = session.model.shared();
      const auto norm = sum_gradients(parameters, shared);
      if (!std::isfinite(norm)) {
        clear_gradients(session.model);
        fail("not-finite",
             "The gradients are not finite, and the step was left out: lower the learning rate, or look for what is "
             "unusual in the batch.");
      }
      const double scale = options.clip_norm > 0 && norm > options.clip_norm ? options.clip_norm / norm : 1;
      const auto& training = session.model.options().training;
      make_moments(parameters, training, shared);
      adamw_step(parameters, options, scale, ++session.steps, training, shared, session.model.fused());
      clear_gradients(session.model);
      return [norm, steps = session.steps](napi_env env) {
        return js_record(env).set("gradientNorm", norm).set("steps", steps).value();
      };
    };
  }

  static work generate_responses(const table& sessions, const js_object& from) {
    return [sessions, number = from.integer("model"), options = read_generate_options(from)]() -> js_result {
      const auto whole = sessions->at(number).model.hold_all();
      std::vector<generated_response> responses(options.offsets.empty() ? 0 : options.offsets.size() - 1);
      generate(sessions->at(number).model, options, [&](size_t prompt, generated_response response) {
        job_queue::tell_listener([=](napi_env env) {
          return js_record(env)
              .set("prompt", static_cast<int64_t>(prompt))
              .set("ids", response.ids)
              .set("logProbs", response.log_probs)
              .set("stopped", response.stopped)
              .value();
        });
        responses[prompt] = std::move(response);
      });
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
        return js_record(env)
            .set("ids", ids)
            .set("offsets", offsets)
            .set("logProbs", log_probs)
            .set("stopped", stopped)
            .value();
      };
    };
  }

  static work memory(const table& sessions, const js_object& from) {
    return [sessions, number = from.integer("model")]() -> js_result {
      auto& session = sessions->at(number);
      int64_t weights = 0, gradients = 0, optimizer = 0, activations = 0, in_use = -1, peak = -1;
      for (const auto& p : session.model.parameters()) {
        weights += bytes_of(p.value) + bytes_of(p.value_part);
        gradients += bytes_of(p.gradient) + bytes_of(p.gradient_part);
        optimizer += bytes_of(p.missing_bits) + bytes_of(p.first_moment) + bytes_of(p.second_moment);
      }
      for (const auto& [pass_number, pass] : session.passes) activations += held_by(*pass);
      const auto device = session.model.options().device;
      if (device.is_cuda()) {
        const auto statistics = at::accelerator::getDeviceStats(index_of(device));
        in_use = statistics.allocated_bytes[0].current;
        peak = statistics.allocated_bytes[0].peak;
      } else if (device.is_meta()) {
        in_use = meta_tally().in_use();
        peak = meta_tally().peak();
      }
      return [=](napi_env env) {
        return js_record(env)
            .set("weights", weights)
            .set("gradients", gradients)
            .set("optimizer", optimizer)
            .set("activations", activations)
            .set("deviceInUse", in_use)
            .set("devicePeak", peak)
            .value();
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
      const auto hidden = source.hidden_rows(packed, true);
      const auto values = to_host<float>(wide_logits(hidden, source.head().value), c10::kFloat);
      return [values](napi_env env) { return to_js(env, values); };
    };
  }

  // For tests: see kernel-trials.h.
  static work try_kernel(const table&, const js_object& from) {
    struct given {
      c10::ScalarType type;
      std::vector<int64_t> shape;
      std::vector<double> values;
    };
    std::vector<given> tensors;
    for (const auto& tensor : from.list("tensors")) {
      std::vector<int64_t> shape;
      for (const auto size : tensor.array<double>("shape")) shape.push_back(static_cast<int64_t>(size));
      tensors.push_back({number_type(tensor.text("numberType")), shape, tensor.array<double>("values")});
    }
    const c10::Device device(from.text("device"));
    const auto team_size = static_cast<int>(from.integer("teamSize"));
    kernel_trial trial{
        from.text("name"), {}, from.array<double>("numbers"), number_type(from.text("gradients")), nullptr};
    return [=, is_fused = from.flag("fused")]() -> js_result {
      auto ready = trial;
      for (const auto& tensor : tensors) {
        const auto wide = at::tensor(tensor.values, at::kDouble).view(tensor.shape);
        ready.tensors.push_back(wide.to(device, tensor.type));
      }
      if (is_fused) {
        ready.fused = device.is_cuda() ? choose_kernels(kernel_choice::fused, device, c10::kFloat)
                                       : &host_kernels(team_size);
      }
      std::vector<std::vector<double>> results;
      for (const auto& made : run_trial(ready)) results.push_back(to_host<double>(made, c10::kDouble));
      return [results](napi_env env) {
        return list_to_js(env, results, [&](const std::vector<double>& values) { return to_js(env, values); });
      };
    };
  }

  static work start_profiling(const table& sessions, const js_object& from) {
    return [sessions, number = from.integer("model")]() -> js_result {
      start_profile(sessions->at(number).model.options().device.is_cuda());
      return nothing;
    };
  }

  static work end_profiling(const table&, const js_object&) {
    return []() -> js_result {
      return [kernels = end_profile()](napi_env env) {
        const auto listed = list_to_js(env, kernels, [&](const profiled_kernel& kernel) {
          js_record one(env);
          one.set("name", kernel.name).set("calls", kernel.calls);
          return one.set("nanoseconds", kernel.nanoseconds).value();
        });
        return js_record(env).set_value("kernels", listed).value();
      };
    };
  }

  static work start_count(const table& sessions, const js_object& from) {
    return [sessions, number = from.integer("model")]() -> js_result {
      start_counting(sessions->at(number).model.options().device);
      return nothing;
    };
  }

  static work end_count(const table&, const js_object&) {
    return []() -> js_result {
      return [counted = end_counting()](napi_env env) {
        const auto listed = list_to_js(env, counted.operations, [&](const counted_operation& operation) {
          js_record one(env);
          one.set("phase", std::string(work_phase_names[static_cast<int>(operation.phase)]));
          one.set("part", std::string(work_part_names[static_cast<int>(operation.part)]));
          one.set("name", operation.name).set("calls", operation.calls).set("kernels", operation.kernels);
          return one.set("flops", operation.flops)
              .set("readBytes", operation.read)
              .set("writtenBytes", operation.written)
              .value();
        });
        return js_record(env)
            .set_value("operations", listed)
            .set("peakBytes", counted.peak_bytes)
            .set("allocations", counted.allocations)
            .value();
      };
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
