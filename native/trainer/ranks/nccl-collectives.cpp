// Each call waits for the GPU: so it can end when it is told to, or when another rank is gone, where NCCL's own waiting
// would not.
#include "nccl-collectives.h"

#include <ATen/ops/zeros.h>
#include <c10/core/DeviceGuard.h>
#include <c10/core/Stream.h>
#include <c10/core/impl/VirtualGuardImpl.h>

#include "cuda-part.h"
#include "job.h"
#include "nccl-communicator.h"

namespace gepo {
namespace {

const nccl_functions& nccl() {
  static const auto loaded = load_nccl("libnccl.so.2");
  return loaded;
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
  nccl_collectives(c10::Device device, int64_t rank, int64_t size, const std::vector<uint8_t>& id)
      : collectives(rank, size),
        device_(device),
        sign_(at::zeros({1}, at::TensorOptions().device(device))),
        communicator_(nccl(), rank, size, id) {}

  void all_reduce(const at::Tensor& x) override {
    run([&](nccl_comm comm, nccl_stream stream) {
      return nccl().all_reduce(x.data_ptr(), x.data_ptr(), x.numel(), type_of(x), nccl_sum, comm, stream);
    });
  }
  void reduce_scatter(const at::Tensor& whole, const at::Tensor& part) override {
    run([&](nccl_comm comm, nccl_stream stream) {
      return nccl().reduce_scatter(whole.data_ptr(), part.data_ptr(), part.numel(), type_of(part), nccl_sum, comm,
                                   stream);
    });
  }
  void all_gather(const at::Tensor& part, const at::Tensor& whole) override {
    run([&](nccl_comm comm, nccl_stream stream) {
      return nccl().all_gather(part.data_ptr(), whole.data_ptr(), part.nbytes(), nccl_bytes, comm, stream);
    });
  }
  void broadcast(const at::Tensor& x, int64_t root) override {
    run([&](nccl_comm comm, nccl_stream stream) {
      return nccl().broadcast(x.data_ptr(), x.data_ptr(), x.nbytes(), nccl_bytes, static_cast<int>(root), comm, stream);
    });
  }
  void barrier() override { all_reduce(sign_); }

 private:
  template <typename Call>
  void run(Call call) {
    const c10::DeviceGuard guard(device_);
    const auto stream = c10::impl::VirtualGuardImpl(device_.type()).getStream(device_);
    communicator_.run([&](nccl_comm comm) { return call(comm, stream_of(device_)); }, [&] { return stream.query(); });
  }

  c10::Device device_;
  at::Tensor sign_;
  nccl_communicator communicator_;
};

}  // namespace

std::vector<uint8_t> make_nccl_id() { return make_nccl_id(nccl()); }

std::unique_ptr<collectives> join_by_nccl(c10::Device device, int64_t rank, int64_t size,
                                          const std::vector<uint8_t>& id) {
  // A communicator is of the device that is current when it is made.
  const c10::DeviceGuard guard(device);
  return std::make_unique<nccl_collectives>(device, rank, size, id);
}

}  // namespace gepo
