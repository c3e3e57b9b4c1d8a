// Work of a GPU that is recorded once and then played back as a whole, without the host starting each part of it.
#pragma once
#include <functional>
#include <memory>

#include "tensor.h"

namespace gepo {

class recording {
 public:
  virtual ~recording() = default;
  // Does the work again, with the very tensors that it had, whatever they hold by now.
  virtual void play() = 0;
};

class recorder {
 public:
  virtual ~recorder() = default;
  // Does the work twice, and then only when it is played. So the work must give the same when it is done twice, and must
  // not ask the device for a number. What it writes to must live as long as the recording. Recordings of one recorder
  // share their scratch memory: use a result before you play another.
  virtual std::unique_ptr<recording> record(std::function<void()> work) = 0;
};

// On the CPU a recording is the work itself. Throws `bad-input` for a GPU that this build cannot record.
std::unique_ptr<recorder> open_recorder(c10::Device device);

}  // namespace gepo
