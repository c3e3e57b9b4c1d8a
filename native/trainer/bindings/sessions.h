// The open models, by number. Only the engine's thread touches them.
#pragma once
#include <map>
#include <memory>

#include "adamw.h"
#include "job.h"
#include "model.h"

namespace gepo {

struct session {
  gepo::model model;
  int64_t steps = 0;
  int64_t last_pass = 0;
  std::map<int64_t, std::unique_ptr<forward_pass>> passes;

  session(model_config config, const model_options& options) : model(std::move(config), options) {}
};

class session_table {
 public:
  int64_t open(model_config config, const model_options& options) {
    sessions_.emplace(++last_, std::make_unique<session>(std::move(config), options));
    return last_;
  }
  session& at(int64_t number) {
    const auto found = sessions_.find(number);
    if (found == sessions_.end()) fail("closed", "This model is closed: open it again.");
    return *found->second;
  }
  void close(int64_t number) { sessions_.erase(number); }

 private:
  int64_t last_ = 0;
  std::map<int64_t, std::unique_ptr<session>> sessions_;
};

}  // namespace gepo
