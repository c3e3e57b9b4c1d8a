/* A run: all its inputs, in as many children as it takes. */
#pragma once

#include "kept-objects.h"
#include "messages.h"
#include "task.h"

struct outcome {
  enum answer_kind kind;
  char reason[REASON_BYTES];
};

/* Puts a result for every input, unless the outcome says otherwise. */
void run_inputs(const struct run *run, struct outcome *outcome);
