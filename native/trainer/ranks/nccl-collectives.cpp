// Each call waits for the GPU: so it can end when it is told to, or when another rank is gone, where NCCL's own waiting
// would not.
#include "nccl-collectives.h"

#include <ATen/ops/zeros.h>
#include <c10/core/DeviceGuard.h>
#include <c10/core/Stream.h>
#include <c10/core/impl/VirtualGuardImpl.h>
#include <dlfcn.h>

#include <array>
#include <chrono>
#include <cstring>
#include <thread>

#include "cuda-part.h"
#include "job.h"

namespace gepo {
namespace {

// --- as nccl.h has them since 2.10 ---

using nccl_result = int;
using nccl_comm = void*;
using nccl_stream = void*;
struct nccl_id {
  char internal[128];
};
constexpr nccl_result nccl_success = 0;
constexpr nccl_result nccl_in_progress = 7;
constexpr int nccl_sum = 0;
enum nccl_type { nccl_bytes = 1, nccl_float = 7, nccl_double = 8, nccl_bfloat16 = 9 };

struct nccl_functions {
  nccl_result (*get_id)(nccl_id*);
  nccl_result (*init_rank)(nccl_comm*, int, nccl_id, int);
  nccl_result (*abort)(nccl_comm);
  nccl_result (*async_error)(nccl_comm, nccl_result*);
  const char* (*error_text)(nccl_result);
  nccl_result (*all_reduce)(const void*, void*, size_t, int, int, nccl_comm, nccl_stream);
  nccl_result (*reduce_scatter)(const void*, void*, size_t, int, int, nccl_comm, nccl_stream);
  nccl_result (*all_gather)(const void*, void*, size_t, int, nccl_comm, nccl_stream);
  nccl_result (*broadcast)(const void*, void*, size_t, int, int, nccl_comm, nccl_stream);
};

template <typename Function>
void find(void* library, const char* name, Function& to) {
  to = reinterpret_cast<Function>(::dlsym(library, name));
  if (to == nullptr) fail("unavailable", std::string("NCCL has no ") + name + ": install the one of PyTorch's wheel.");
}

const nccl_functions& nccl() {
  static const auto found = [] {
    // libtorch's GPU part has loaded it already, if it was built with it.
    auto* library = ::dlopen("libnccl.so.2", RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) {
      fail("unavailable", std::string("Several GPUs talk by NCCL, and it cannot be loaded (") + ::dlerror() +
                              "): install the Python package of it that PyTorch's wheel names.");
    }
    nccl_functions made{};
    find(library, "ncclGetUniqueId", made.get_id);
    find(library, "ncclCommInitRank", made.init_rank);
    find(library, "ncclCommAbort", made.abort);
    find(library, "ncclCommGetAsyncError", made.async_error);
    find(library, "ncclGetErrorString", made.error_text);
    find(library, "ncclAllReduce", made.all_reduce);
    find(library, "ncclReduceScatter", made.reduce_scatter);
    find(library, "ncclAllGather", made.all_gather);
    find(library, "ncclBroadcast", made.broadcast);
    return made;
  }();
  return found;
}

void check(nccl_result result) {
  if (result == nccl_success || result == nccl_in_progress) return;
  fail("rank-lost", std::string("NCCL failed (") + nccl().error_text(result) + "): another rank or its link is gone.");
}

nccl_type type_of(const at::Tensor& x) {
  switch (x.scalar_type()) {
    case c10::kFloat: return nccl_float;
    case c10::kDouble: return nccl_double;
    case c10::kBFloat16: return nccl_bfloat16;
    default: throw std::runtime_error("NCCL sums float32, float64 and bfloat16 alone");
  }
}

// Of libtorch's work on the device, so that collectives come after what was asked for before.
nccl_stream stream_of(c10::Device device) {
  auto* function = find_in_cuda_part("gepo_current_stream");
  if (function == nullptr) {
    fail("unavailable", "The tensor engine was built without its CUDA part, for lack of CUDA's headers: install the "
                        "Python packages nvidia-cuda-runtime and nvidia-cuda-crt and run npm run setup.");
  }
  return reinterpret_cast<void* (*)(int)>(function)(device.index());
}

class nccl_collectives : public collectives {
 public:
  nccl_collectives(c10::Device device, int64_t rank, int64_t size, const nccl_id& id)
      : collectives(rank, size), device_(device), sign_(at::zeros({1}, at::TensorOptions().device(device))) {
    const c10::DeviceGuard guard(device_);
    check(nccl().init_rank(&comm_, static_cast<int>(size), id, static_cast<int>(rank)));
  }
  // Aborted, not destroyed: destroying waits for ranks that may be gone.
  ~nccl_collectives() override { nccl().abort(comm_); }

  void all_reduce(const at::Tensor& x) override {
    run([&](nccl_stream stream) {
      return nccl().all_reduce(x.data_ptr(), x.data_ptr(), x.numel(), type_of(x), nccl_sum, comm_, stream);
    });
  }
  void reduce_scatter(const at::Tensor& whole, const at::Tensor& part) override {
    run([&](nccl_stream stream) {
      return nccl().reduce_scatter(whole.data_ptr(), part.data_ptr(), part.numel(), type_of(part), nccl_sum, comm_,
                                   stream);
    });
  }
  void all_gather(const at::Tensor& part, const at::Tensor& whole) override {
    run([&](nccl_stream stream) {
      return nccl().all_gather(part.data_ptr(), whole.data_ptr(), part.nbytes(), nccl_bytes, comm_, stream);
    });
  }
  void broadcast(const at::Tensor& x, int64_t root) override {
    run([&](nccl_stream stream) {
      return nccl().broadcast(x.data_ptr(), x.data_ptr(), x.nbytes(), nccl_bytes, static_cast<int>(root), comm_,
                              stream);
    });
  }
  void barrier() override { all_reduce(sign_); }

 private:
  template <typename Call>
  void run(Call call) {
    const c10::DeviceGuard guard(device_);
    check(call(stream_of(device_)));
    const auto stream = c10::impl::VirtualGuardImpl(device_.type()).getStream(device_);
    while (!stream.query()) {
      nccl_result state = nccl_success;
      check(nccl().async_error(comm_, &state));
      check(state);
      stop_if_aborted();
      std::this_thread::sleep_for(std::chrono::microseconds(20));
    }
  }

  c10::Device device_;
  at::Tensor sign_;
  nccl_comm comm_ = nullptr;
};

}  // namespace

std::vector<uint8_t> make_nccl_id() {
  nccl_id id{};
  check(nccl().get_id(&id));
  return {id.internal, id.internal + sizeof id.internal};
}

std::unique_ptr<collectives> join_by_nccl(c10::Device device, int64_t rank, int64_t size,
                                          const std::vector<uint8_t>& id) {
  nccl_id own{};
  std::memcpy(own.internal, id.data(), std::min(id.size(), sizeof own.internal));
  return std::make_unique<nccl_collectives>(device, rank, size, own);
}

}  // namespace gepo
