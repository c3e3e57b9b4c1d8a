/* The objects that the host has sent. Requests name them by their ids. */
#pragma once

#include "../shared/frame.h"

struct kept_object {
  uint32_t id;
  /* The kernel ended a child that several inputs shared for what this object's unit asked for. */
  bool needs_isolation;
  char *data;
  uint32_t length;
};

/* NULL if there is none with this id. */
struct kept_object *find_object(uint32_t id);

void forget_object(uint32_t id);

/* In the place of an older one with this id. False if there is no room, or nothing to keep. */
bool keep_object(uint32_t id, struct bytes content);
