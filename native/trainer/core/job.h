// What every computation of the engine can rely on: a way to fail with a word for the user, a flag that asks it to
// stop, and a note of what is being done, so that running out of memory can say so.
#pragma once
#include <atomic>
#include <stdexcept>
#include <string>
#include <utility>

namespace gepo {

// An expected failure. The codes are those of EngineErrorCode in src/train/tensor-engine/tensor-engine.ts.
struct failure : std::runtime_error {
  failure(std::string code, const std::string& message) : std::runtime_error(message), code(std::move(code)) {}
  std::string code;
};

[[noreturn]] inline void fail(const char* code, const std::string& message) { throw failure(code, message); }

// Of the engine's thread: the job that it is at.
struct job {
  std::atomic<bool> aborted{false};
  // A few words that continue "while ...", and the setting that needs less memory.
  std::string doing = "working";
  std::string lower = "the batch";
};
inline thread_local job* current_job = nullptr;

// Called once a layer and before each chunk of logits: often enough to stop soon, seldom enough to cost nothing.
inline void stop_if_aborted() {
  if (current_job != nullptr && current_job->aborted.load(std::memory_order_relaxed)) fail("aborted", "Aborted.");
}

// For as long as it lives, what the job is doing.
class stage {
 public:
  stage(std::string doing, std::string lower) {
    if (current_job == nullptr) return;
    doing_ = std::exchange(current_job->doing, std::move(doing));
    lower_ = std::exchange(current_job->lower, std::move(lower));
  }
  ~stage() {
    // A failure keeps the words of the innermost stage: the job ends with it.
    if (current_job == nullptr || std::uncaught_exceptions() > 0) return;
    current_job->doing = std::move(doing_);
    current_job->lower = std::move(lower_);
  }
  stage(const stage&) = delete;
  stage& operator=(const stage&) = delete;

 private:
  std::string doing_, lower_;
};

}  // namespace gepo
