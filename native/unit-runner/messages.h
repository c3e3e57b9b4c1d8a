/*
 * The messages between the host (src/execute/unit-runner/protocol.ts) and a unit runner; frames and integers as in
 * ../shared/protocol.h. The runner sends one hello, then answers each request in turn.
 *
 *   hello     u32 version | u32 landlock ABI (0: none) | u32 seccomp (0 or 1)
 *   request   u32 count, object ids to forget | u32 count, objects to keep: u32 id | bytes
 *             | u32 flags (task.h)
 *             | u64 cpu ms | u64 wall ms | u64 memory bytes | u64 data bytes | u64 stack bytes (not used)
 *             | u64 output bytes | u64 record bytes            (all for each input)
 *             | u32 count, images: u32 count, object ids in the order of linking | u32 the unit's own object
 *             | list environment
 *             | u32 count, inputs: u32 index of the image, none below that of the input before
 *                                 | list more environment | bytes stdin | bytes args (descriptor 4)
 *                                 | u32 group | u32 fill (above 255: none) | u32 expected (0 or 1) | u32 expected status
 *                                 | bytes expected stdout
 *   response  u32 kind (0 run, 1 unsupported, 2 failed) | bytes reason
 *             | u32 count, results: u32 made (0: skipped, nothing follows)
 *                                   | u32 kind | u32 code | u64 cpu us | u64 wall us | u64 max RSS bytes
 *                                   | bytes stdout | bytes stderr | bytes record
 *
 * A run that was made has a result for every input: what the supervisor's response is for a process of the unit's
 * own. The inputs of a group lie together; where the flags say so an input ends its group, and the rest of that is
 * skipped.
 */
#pragma once

#include "task.h"

#define UNIT_RUNNER_VERSION 5u

enum answer_kind { ANSWER_RUN = 0, ANSWER_UNSUPPORTED = 1, ANSWER_FAILED = 2 };

static inline struct strings read_strings_in_place(struct reader *reader) {
  uint32_t count = read_u32(reader);
  struct strings strings = {reader->at, reader->at, count};
  for (uint32_t i = 0; i < count && reader->ok; i++) read_bytes(reader);
  strings.end = reader->at;
  return strings;
}

static inline void read_input(struct reader *reader, struct input *input) {
  input->image = read_u32(reader);
  input->environment = read_strings_in_place(reader);
  input->text = read_bytes(reader);
  input->arguments = read_bytes(reader);
  input->group = read_u32(reader);
  input->fill = read_u32(reader);
  input->has_expected = read_u32(reader) != 0;
  input->expected_status = read_u32(reader);
  input->expected_output = read_bytes(reader);
}
