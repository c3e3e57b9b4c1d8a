#include "recorder.h"

#include "cuda-part.h"
#include "job.h"

namespace gepo {
namespace {

class repetition : public recording {
 public:
  explicit repetition(std::function<void()> work) : work_(std::move(work)) {}
  void play() override { work_(); }

 private:
  std::function<void()> work_;
};

class repeater : public recorder {
 public:
  std::unique_ptr<recording> record(std::function<void()> work) override {
    return std::make_unique<repetition>(std::move(work));
  }
};

std::unique_ptr<recorder> open_cuda_recorder(c10::Device device) {
  auto* open = find_in_cuda_part("gepo_open_cuda_recorder");
  if (open == nullptr) {
    fail("bad-input", "The tensor engine was built without CUDA graphs, for lack of CUDA's headers: turn them off, or "
                      "install the Python packages nvidia-cuda-runtime and nvidia-cuda-crt of PyTorch's CUDA beside it "
                      "and run npm run setup.");
  }
  return std::unique_ptr<recorder>(reinterpret_cast<recorder* (*)(int)>(open)(device.has_index() ? device.index() : 0));
}

}  // namespace

std::unique_ptr<recorder> open_recorder(c10::Device device) {
  return device.is_cuda() ? open_cuda_recorder(device) : std::make_unique<repeater>();
}

}  // namespace gepo
