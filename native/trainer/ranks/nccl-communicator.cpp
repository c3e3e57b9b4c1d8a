// A communicator that does not block: a call of NCCL returns at once, and its state is asked for until it is under way.
#include "nccl-communicator.h"

#include <dlfcn.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <thread>

namespace gepo {
namespace {

constexpr nccl_result nccl_success = 0;
constexpr nccl_result nccl_in_progress = 7;
// Of a configuration that was filled in; and the release whose fields it has.
constexpr unsigned int nccl_magic = 0xcafebeef;
constexpr unsigned int nccl_version = 21400;

template <typename Function>
void find(void* library, const char* name, Function& to) {
  to = reinterpret_cast<Function>(::dlsym(library, name));
  if (to == nullptr) fail("unavailable", std::string("NCCL has no ") + name + ": install the one of PyTorch's wheel.");
}

void rest() { std::this_thread::sleep_for(std::chrono::microseconds(20)); }

}  // namespace

nccl_functions load_nccl(const char* library) {
  // libtorch's GPU part has loaded it already, if it was built with it.
  auto* loaded = ::dlopen(library, RTLD_NOW | RTLD_LOCAL);
  if (loaded == nullptr) {
    fail("unavailable", std::string("Several GPUs talk by NCCL, and it cannot be loaded (") + ::dlerror() +
                            "): install the Python package of it that PyTorch's wheel names.");
  }
  nccl_functions made{};
  find(loaded, "ncclGetUniqueId", made.get_id);
  find(loaded, "ncclCommInitRankConfig", made.init_rank);
  find(loaded, "ncclCommAbort", made.abort);
  find(loaded, "ncclCommGetAsyncError", made.async_error);
  find(loaded, "ncclGetErrorString", made.error_text);
  find(loaded, "ncclAllReduce", made.all_reduce);
  find(loaded, "ncclReduceScatter", made.reduce_scatter);
  find(loaded, "ncclAllGather", made.all_gather);
  find(loaded, "ncclBroadcast", made.broadcast);
  return made;
}

std::vector<uint8_t> make_nccl_id(const nccl_functions& nccl) {
  nccl_id id{};
  if (const auto result = nccl.get_id(&id); result != nccl_success) {
    fail("unavailable", std::string("NCCL cannot begin (") + nccl.error_text(result) + "): see what it says with " +
                            "NCCL_DEBUG=WARN.");
  }
  return {id.internal, id.internal + sizeof id.internal};
}

nccl_communicator::nccl_communicator(const nccl_functions& nccl, int64_t rank, int64_t size,
                                     const std::vector<uint8_t>& id)
    : nccl_(nccl) {
  nccl_id own{};
  std::memcpy(own.internal, id.data(), std::min(id.size(), sizeof own.internal));
  nccl_config config{sizeof config, nccl_magic, nccl_version, 0};
  try {
    await_start(nccl_.init_rank(&comm_, static_cast<int>(size), own, static_cast<int>(rank), &config));
  } catch (...) {
    abort();
    throw;
  }
}

nccl_communicator::~nccl_communicator() { abort(); }

void nccl_communicator::abort() {
  if (comm_ != nullptr) nccl_.abort(comm_);
  comm_ = nullptr;
}

void nccl_communicator::await_start(nccl_result result) const {
  while (result == nccl_in_progress) {
    stop_if_aborted();
    rest();
    check(nccl_.async_error(comm_, &result));
  }
  check(result);
}

void nccl_communicator::stop_if_broken() const {
  nccl_result state = nccl_success;
  check(nccl_.async_error(comm_, &state));
  check(state);
  stop_if_aborted();
  rest();
}

void nccl_communicator::check(nccl_result result) const {
  if (result == nccl_success || result == nccl_in_progress) return;
  fail("rank-lost", std::string("NCCL failed (") + nccl_.error_text(result) + "): another rank or its link is gone.");
}

}  // namespace gepo
