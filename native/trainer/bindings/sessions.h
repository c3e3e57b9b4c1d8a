// The open models, by number. Only the engine's thread touches them.
#pragma once
#include <map>
#include <memory>

#include "../ranks/rank-group.h"
#include "../ranks/socket.h"
#include "adamw.h"
#include "job.h"
#include "model.h"

namespace gepo {

struct session {
  gepo::model model;
  int64_t steps = 0;
  int64_t last_pass = 0;
  std::map<int64_t, std::unique_ptr<forward_pass>> passes;

  session(model_config config, const model_options& options, std::shared_ptr<const rank_group> ranks)
      : model(std::move(config), options, std::move(ranks)) {}
};

class session_table {
 public:
  // `together`: with the other ranks, else by this process alone.
  int64_t open(model_config config, const model_options& options, bool together) {
    const auto group = together ? std::shared_ptr<const rank_group>(ranks) : std::make_shared<const rank_group>();
    sessions_.emplace(++last_, std::make_unique<session>(std::move(config), options, group));
    return last_;
  }
  session& at(int64_t number) {
    const auto found = sessions_.find(number);
    if (found == sessions_.end()) fail("closed", "This model is closed: open it again.");
    return *found->second;
  }
  void close(int64_t number) { sessions_.erase(number); }

  // Who trains models together. The other ranks connect to where this one listens.
  const std::shared_ptr<rank_group> ranks = std::make_shared<rank_group>();
  socket_handle listening;

 private:
  int64_t last_ = 0;
  std::map<int64_t, std::unique_ptr<session>> sessions_;
};

}  // namespace gepo
