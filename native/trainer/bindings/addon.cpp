// The addon's entry: { torchVersion, hasCuda, call(operation, id, argument, listener?) -> promise, abort(id) }.
#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <dlfcn.h>
#include <torch/headeronly/version.h>
#include <unistd.h>

#include <regex>

#include "job-queue.h"
#include "operations.h"

namespace gepo {
namespace {

// One for each environment that loads the addon; freed with it.
struct instance {
  std::shared_ptr<session_table> sessions = std::make_shared<session_table>();
  std::map<std::string, operation> operations = make_operations(sessions);
  std::unique_ptr<job_queue> queue;
};

// The release of the libtorch that was loaded, which may be another than this addon was built for.
std::string loaded_version() {
  const auto words = at::show_config();
  std::smatch found;
  return std::regex_search(words, found, std::regex("TORCH_VERSION=([0-9.]+)")) ? found[1].str() : "unknown";
}

// libtorch's GPU part lies beside the rest and registers itself when it is loaded, which takes a second and much
// memory: only where there is a driver. A libtorch without its GPU libraries fails to load it, and stays on the CPU.
// This comes before everything else: libtorch looks for its GPU part once, at the first question about it.
void load_cuda() {
  if (::access("/dev/nvidiactl", F_OK) != 0 && ::access("/dev/dxg", F_OK) != 0) return;
  Dl_info where;
  if (::dladdr(reinterpret_cast<void*>(&at::show_config), &where) == 0) return;
  const std::string library = where.dli_fname;
  const auto path = library.substr(0, library.rfind('/') + 1) + "libtorch_cuda.so";
  ::dlopen(path.c_str(), RTLD_NOW | RTLD_GLOBAL);
}

template <typename Body>
napi_value guarded(napi_env env, Body body) {
  try {
    return body();
  } catch (const std::exception& error) {
    napi_throw_error(env, nullptr, error.what());
    return nullptr;
  }
}

struct arguments {
  napi_value values[4];
  size_t count = 4;
  instance* state;
};

arguments read_arguments(napi_env env, napi_callback_info info) {
  arguments read;
  check(napi_get_cb_info(env, info, &read.count, read.values, nullptr, nullptr), "cannot read the arguments");
  void* data;
  check(napi_get_instance_data(env, &data), "cannot find the instance");
  read.state = static_cast<instance*>(data);
  return read;
}

int64_t to_integer(napi_env env, napi_value value) {
  double number;
  check(napi_get_value_double(env, value, &number), "a number is wanted");
  return static_cast<int64_t>(number);
}

napi_value call(napi_env env, napi_callback_info info) {
  return guarded(env, [&] {
    const auto given = read_arguments(env, info);
    char name[64];
    size_t length;
    check(napi_get_value_string_utf8(env, given.values[0], name, sizeof name, &length), "a name is wanted");
    auto work = given.state->operations.at(name)(js_object(env, given.values[2]));
    napi_valuetype type;
    check(napi_typeof(env, given.values[3], &type), "cannot look at the listener");
    return given.state->queue->submit(env, to_integer(env, given.values[1]), std::move(work),
                                      type == napi_function ? given.values[3] : nullptr);
  });
}

napi_value abort_job(napi_env env, napi_callback_info info) {
  return guarded(env, [&]() -> napi_value {
    const auto given = read_arguments(env, info);
    given.state->queue->abort(to_integer(env, given.values[0]));
    return nullptr;
  });
}

// start(threads): 0 leaves the number to libtorch.
napi_value start(napi_env env, napi_callback_info info) {
  return guarded(env, [&] {
    const auto given = read_arguments(env, info);
    if (given.state->queue == nullptr) given.state->queue = std::make_unique<job_queue>(env);
    const auto threads = to_integer(env, given.values[0]);
    // OpenMP keeps its number for each thread: it must be set on the engine's own.
    given.state->queue->submit(env, 0, [threads]() -> js_result {
      at::init_num_threads();
      // libtorch prefers cuDNN's attention on some GPUs. It makes a plan for each shape, so for every length of a
      // decoding step.
      at::globalContext().setSDPUseCuDNN(false);
      if (threads > 0) at::set_num_threads(static_cast<int>(threads));
      return [](napi_env) -> napi_value { return nullptr; };
    }, nullptr);
    return to_js(env, at::globalContext().hasCUDA());
  });
}

napi_value make_function(napi_env env, const char* name, napi_callback callback) {
  napi_value made;
  check(napi_create_function(env, name, NAPI_AUTO_LENGTH, callback, nullptr, &made), name);
  return made;
}

void free_instance(napi_env, void* data, void*) { delete static_cast<instance*>(data); }

void stop(void* data) { static_cast<instance*>(data)->queue.reset(); }

}  // namespace
}  // namespace gepo

NAPI_MODULE_INIT() {
  using namespace gepo;
  return guarded(env, [&] {
    load_cuda();
    auto* state = new instance;
    check(napi_set_instance_data(env, state, free_instance, nullptr), "cannot keep the instance");
    check(napi_add_env_cleanup_hook(env, stop, state), "cannot end with the environment");
    js_record module(env);
    module.set("builtFor", std::string(TORCH_VERSION)).set("torchVersion", loaded_version());
    module.set_value("start", make_function(env, "start", start));
    module.set_value("call", make_function(env, "call", call));
    module.set_value("abort", make_function(env, "abort", abort_job));
    napi_value exported = module.value();
    return exported;
  });
}
