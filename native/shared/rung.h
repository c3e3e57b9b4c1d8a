/* The rungs of src/sandbox/rung.ts: what surrounds a program that runs units, and which of its own fences must hold. */
#pragma once

#include <stdbool.h>
#include <string.h>

#define RUNG_NAMES "full|proc-bind|landlock|none"

enum fence { FENCE_WANTED, FENCE_REQUIRED };

struct rung {
  const char *name;
  /* Made by bubblewrap, for this program alone. */
  bool own_pid_namespace;
  enum fence landlock, filter;
};

/* NULL if there is none of that name. */
static inline const struct rung *find_rung(const char *name) {
  static const struct rung rungs[] = {
      {"full", true, FENCE_WANTED, FENCE_REQUIRED},
      {"proc-bind", true, FENCE_WANTED, FENCE_REQUIRED},
      {"landlock", false, FENCE_REQUIRED, FENCE_REQUIRED},
      {"none", false, FENCE_WANTED, FENCE_WANTED},
  };
  for (size_t i = 0; i < sizeof rungs / sizeof *rungs; i++)
    if (strcmp(rungs[i].name, name) == 0) return &rungs[i];
  return NULL;
}

/* Whether this kernel has the fences that the rung requires. */
static inline bool fences_hold(const struct rung *rung, int landlock_abi, bool has_filter) {
  return (rung->landlock != FENCE_REQUIRED || landlock_abi > 0) && (rung->filter != FENCE_REQUIRED || has_filter);
}
