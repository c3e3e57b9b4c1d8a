#define _GNU_SOURCE
#include "answer-requests.h"

#include <stdio.h>

#include "request-memory.h"
#include "run-inputs.h"

/* What a child's output is mapped for. */
#define MOST_OUTPUT_BYTES (32u << 20)

/* The run that is answered. */
static struct run run;

static bool read_objects(struct reader *reader, const char **failure) {
  uint32_t forgotten = read_u32(reader);
  for (uint32_t i = 0; i < forgotten && reader->ok; i++) forget_object(read_u32(reader));
  uint32_t kept = read_u32(reader);
  for (uint32_t i = 0; i < kept && reader->ok; i++) {
    uint32_t id = read_u32(reader);
    struct bytes content = read_bytes(reader);
    if (reader->ok && !keep_object(id, content)) *failure = "no room for another object";
  }
  return reader->ok;
}

static bool read_image(struct reader *reader, struct linked *image, const char **failure) {
  image->object_count = read_u32(reader);
  if (image->object_count == 0 || image->object_count > MOST_OBJECTS) return false;
  for (size_t i = 0; i < image->object_count && reader->ok; i++) {
    const struct kept_object *object = find_object(read_u32(reader));
    if (!object) *failure = "an object that was never sent";
    else image->objects[i] = (struct bytes){object->data, object->length};
  }
  image->unit = find_object(read_u32(reader));
  if (!image->unit) *failure = "an object that was never sent";
  return reader->ok;
}

static bool read_inputs(struct reader *reader) {
  uint32_t image = 0;
  for (size_t i = 0; i < run.input_count && reader->ok; i++) {
    read_input(reader, &run.inputs[i]);
    if (run.inputs[i].image < image || run.inputs[i].image >= run.image_count) return false;
    image = run.inputs[i].image;
  }
  return reader->ok && reader->at == reader->end;
}

static bool read_run(struct reader *reader, const char **failure) {
  run.flags = read_u32(reader);
  run.limits = read_limits(reader);
  run.image_count = read_u32(reader);
  if (run.image_count > MOST_IMAGES) return false;
  for (size_t i = 0; i < run.image_count; i++)
    if (!read_image(reader, &run.images[i], failure)) return false;
  run.environment = read_strings_in_place(reader);
  run.input_count = read_u32(reader);
  if (run.input_count > MOST_INPUTS || run.limits.output_bytes > MOST_OUTPUT_BYTES ||
      run.limits.record_bytes > MOST_OUTPUT_BYTES)
    return false;
  return read_inputs(reader);
}

static void answer_request(char *frame, size_t length) {
  struct reader reader = {frame, frame + length, true};
  struct outcome outcome = {.kind = ANSWER_RUN};
  const char *failure = NULL;
  /* Kind, reason and count are known at the end. */
  char head[4 + 4 + REASON_BYTES + 4];
  begin_answer(sizeof head);
  if (!read_objects(&reader, &failure) || !read_run(&reader, &failure)) failure = "malformed request";
  if (!failure) {
    run_inputs(&run, &outcome);
  } else {
    outcome.kind = ANSWER_FAILED;
    snprintf(outcome.reason, sizeof outcome.reason, "%s", failure);
  }
  char *at = write_uint(head, outcome.kind, 4);
  at = write_uint(at, REASON_BYTES, 4);
  memcpy(at, outcome.reason, REASON_BYTES);
  write_uint(at + REASON_BYTES, outcome.kind == ANSWER_RUN ? run.input_count : 0, 4);
  send_answer(head, sizeof head);
}

void answer_requests(void) {
  size_t length;
  for (char *frame; (frame = receive_request(&length));) {
    answer_request(frame, length);
    release_request(length);
  }
}
