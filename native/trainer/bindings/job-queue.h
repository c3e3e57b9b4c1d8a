// The engine's thread: jobs run on it one after another, in the order in which they came, and each settles its
// promise on the main thread; before that it may hand parts of its result to a listener. One thread for all, because
// what libtorch keeps for a thread (CUDA's streams and handles, OpenMP's teams) is then kept once.
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

  // `work` runs on the engine's thread and must not touch JavaScript. The id serves abort(). `listener` is a function
  // that must not throw, or null.
  napi_value submit(napi_env env, int64_t id, std::function<js_result()> work, napi_value listener);
  void abort(int64_t id);

  // From within a job's work: its listener, if it has one, is called with this on the main thread, in the order of the
  // calls and before the promise is settled.
  static void tell_listener(js_result part);

 private:
  struct entry;
  struct message;
  void run();
  static void deliver(napi_env env, napi_value, void* context, void* data);
  void settle(napi_env env, entry& done);

  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<std::shared_ptr<entry>> waiting_;
  std::unordered_map<int64_t, std::shared_ptr<entry>> unsettled_;  // main thread only
  bool closing_ = false;
  napi_threadsafe_function messenger_ = nullptr;
  std::thread thread_;
};

}  // namespace gepo
