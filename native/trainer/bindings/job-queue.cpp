#include "job-queue.h"

#include <c10/util/Exception.h>

#include <new>
#include <regex>

namespace gepo {

struct job_queue::entry {
  int64_t id;
  job state;
  std::function<js_result()> work;
  napi_deferred promise;
  js_result result;
  std::string code, message;  // of a failure
};

namespace {

bool tells_of_memory(const std::string& words) {
  for (const char* sign : {"can't allocate memory", "out of memory", "ALLOC_FAILED"}) {
    if (words.find(sign) != std::string::npos) return true;
  }
  return false;
}

std::string describe_shortage(const job& state, const std::string& words) {
  std::smatch wanted;
  static const std::regex amount("[Tt]ried to allocate ([0-9.]+ ?[A-Za-z]+)");
  const auto size = std::regex_search(words, wanted, amount) ? wanted[1].str() + " more" : "more memory";
  return "Out of memory while " + state.doing + ", which wanted " + size + ": lower " + state.lower + ".";
}

}  // namespace

job_queue::job_queue(napi_env env) {
  napi_value name;
  check(napi_create_string_utf8(env, "gepo trainer", NAPI_AUTO_LENGTH, &name), "cannot make a name");
  check(napi_create_threadsafe_function(env, nullptr, nullptr, name, 0, 1, nullptr, nullptr, this, settle, &settler_),
        "cannot make a way back to the main thread");
  // Only unsettled promises keep the process alive.
  check(napi_unref_threadsafe_function(env, settler_), "cannot let go");
  thread_ = std::thread([this] { run(); });
}

job_queue::~job_queue() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
    for (auto& [id, unsettled] : unsettled_) unsettled->state.aborted = true;
  }
  arrived_.notify_all();
  thread_.join();
  napi_release_threadsafe_function(settler_, napi_tsfn_abort);
}

napi_value job_queue::submit(napi_env env, int64_t id, std::function<js_result()> work) {
  auto made = std::make_shared<entry>();
  made->id = id;
  made->work = std::move(work);
  napi_value promise;
  check(napi_create_promise(env, &made->promise, &promise), "cannot make a promise");
  if (unsettled_.empty()) check(napi_ref_threadsafe_function(env, settler_), "cannot hold on");
  unsettled_[id] = made;
  {
    const std::lock_guard lock(mutex_);
    waiting_.push_back(std::move(made));
  }
  arrived_.notify_one();
  return promise;
}

void job_queue::abort(int64_t id) {
  const auto found = unsettled_.find(id);
  if (found != unsettled_.end()) found->second->state.aborted = true;
}

void job_queue::run() {
  for (;;) {
    std::shared_ptr<entry> next;
    {
      std::unique_lock lock(mutex_);
      arrived_.wait(lock, [this] { return closing_ || !waiting_.empty(); });
      if (closing_) return;
      next = std::move(waiting_.front());
      waiting_.pop_front();
    }
    current_job = &next->state;
    try {
      stop_if_aborted();
      next->result = next->work();
    } catch (const failure& error) {
      next->code = error.code;
      next->message = error.what();
    } catch (const c10::Error& error) {
      const std::string words = error.what_without_backtrace();
      next->code = tells_of_memory(words) ? "out-of-memory" : "internal";
      next->message = tells_of_memory(words) ? describe_shortage(next->state, words) : words;
    } catch (const std::bad_alloc&) {
      next->code = "out-of-memory";
      next->message = describe_shortage(next->state, "");
    } catch (const std::exception& error) {
      next->code = "internal";
      next->message = error.what();
    }
    current_job = nullptr;
    next->work = nullptr;
    napi_call_threadsafe_function(settler_, new std::shared_ptr<entry>(std::move(next)), napi_tsfn_blocking);
  }
}

void job_queue::settle(napi_env env, napi_value, void* context, void* data) {
  const std::unique_ptr<std::shared_ptr<entry>> owner(static_cast<std::shared_ptr<entry>*>(data));
  if (env == nullptr) return;  // the process is ending
  auto& done = **owner;
  auto& queue = *static_cast<job_queue*>(context);
  queue.unsettled_.erase(done.id);
  if (queue.unsettled_.empty()) napi_unref_threadsafe_function(env, queue.settler_);
  if (done.code.empty()) {
    try {
      const auto value = done.result(env);
      napi_resolve_deferred(env, done.promise, value);
      return;
    } catch (const std::exception& error) {
      done.code = "internal";
      done.message = error.what();
    }
  }
  napi_value error;
  napi_create_error(env, to_js(env, done.code), to_js(env, done.message), &error);
  napi_reject_deferred(env, done.promise, error);
}

}  // namespace gepo
