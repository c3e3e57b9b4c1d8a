// The engine's thread: jobs run on it one after another, in the order in which they came, and each settles its
// promise on the main thread. One thread for all, because what libtorch keeps for a thread (CUDA's streams and
// handles, OpenMP's teams) is then kept once.
#pragma once
#include <node_api.h>

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <unordered_map>

#include "job.h"
#include "js-values.h"

namespace gepo {

class job_queue {
 public:
  explicit job_queue(napi_env env);
  // Aborts what is queued or running, and waits for the thread.
  ~job_queue();
  job_queue(const job_queue&) = delete;
  job_queue& operator=(const job_queue&) = delete;

  // `work` runs on the engine's thread and must not touch JavaScript. The id serves abort().
  napi_value submit(napi_env env, int64_t id, std::function<js_result()> work);
  void abort(int64_t id);

 private:
  struct entry;
  void run();
  static void settle(napi_env env, napi_value, void* context, void* data);

  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<std::shared_ptr<entry>> waiting_;
  std::unordered_map<int64_t, std::shared_ptr<entry>> unsettled_;  // main thread only
  bool closing_ = false;
  napi_threadsafe_function settler_ = nullptr;
  std::thread thread_;
};

}  // namespace gepo
