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
  napi_ref listener = nullptr;
  js_result result;
  std::string code, message;  // of a failure
};

// On its way to the main thread: a part for the job's listener, or nothing when the job is done.
struct job_queue::message {
  std::shared_ptr<entry> about;
  js_result part;
};

namespace {

// Of the engine's thread: tells the listener of the job that it is at.
thread_local const std::function<void(js_result)>* current_listener = nullptr;

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
  const auto made =
      napi_create_threadsafe_function(env, nullptr, nullptr, name, 0, 1, nullptr, nullptr, this, deliver, &messenger_);
  check(made, "cannot make a way back to the main thread");
  // Only unsettled promises keep the process alive.
  check(napi_unref_threadsafe_function(env, messenger_), "cannot let go");
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
  napi_release_threadsafe_function(messenger_, napi_tsfn_abort);
}

napi_value job_queue::submit(napi_env env, int64_t id, std::function<js_result()> work, napi_value listener) {
  auto made = std::make_shared<entry>();
  made->id = id;
  made->work = std::move(work);
  if (listener != nullptr) check(napi_create_reference(env, listener, 1, &made->listener), "cannot keep a listener");
  napi_value promise;
  check(napi_create_promise(env, &made->promise, &promise), "cannot make a promise");
  if (unsettled_.empty()) check(napi_ref_threadsafe_function(env, messenger_), "cannot hold on");
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

void job_queue::tell_listener(js_result part) {
  if (current_listener != nullptr) (*current_listener)(std::move(part));
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
    const std::function<void(js_result)> listener = [&](js_result part) {
      napi_call_threadsafe_function(messenger_, new message{next, std::move(part)}, napi_tsfn_blocking);
    };
    current_job = &next->state;
    if (next->listener != nullptr) current_listener = &listener;
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
    current_listener = nullptr;
    next->work = nullptr;
    napi_call_threadsafe_function(messenger_, new message{std::move(next), {}}, napi_tsfn_blocking);
  }
}

void job_queue::deliver(napi_env env, napi_value, void* context, void* data) {
  const std::unique_ptr<message> arrived(static_cast<message*>(data));
  if (env == nullptr) return;  // the process is ending
  auto& about = *arrived->about;
  if (!arrived->part) return static_cast<job_queue*>(context)->settle(env, about);
  napi_value listener, undefined;
  check(napi_get_reference_value(env, about.listener, &listener), "cannot find a listener");
  check(napi_get_undefined(env, &undefined), "cannot make undefined");
  const auto part = arrived->part(env);
  napi_call_function(env, undefined, listener, 1, &part, nullptr);
}

void job_queue::settle(napi_env env, entry& done) {
  if (done.listener != nullptr) napi_delete_reference(env, done.listener);
  unsettled_.erase(done.id);
  if (unsettled_.empty()) napi_unref_threadsafe_function(env, messenger_);
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
