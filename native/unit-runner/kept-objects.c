#define _GNU_SOURCE
#include "kept-objects.h"

#include "../shared/descriptors.h"
#include "../shared/processes.h"
#include "image.h"
#include "raw-memory.h"

#define MOST_KEPT_OBJECTS 4096

static struct kept_object kept_objects[MOST_KEPT_OBJECTS];

struct kept_object *find_object(uint32_t id) {
  /* Ids count up, so their own places are rarely taken. A gap is no end, for objects are forgotten. */
  for (size_t i = 0; i < MOST_KEPT_OBJECTS; i++) {
    struct kept_object *object = &kept_objects[(id + i) % MOST_KEPT_OBJECTS];
    if (object->data && object->id == id) return object;
  }
  return NULL;
}

void forget_object(uint32_t id) {
  struct kept_object *object = find_object(id);
  if (!object) return;
  unmap_memory(object->data, object->length);
  *object = (struct kept_object){0};
}

bool keep_object(uint32_t id, struct bytes content) {
  forget_object(id);
  if (content.length == 0) return false;
  for (size_t i = 0; i < MOST_KEPT_OBJECTS; i++) {
    struct kept_object *object = &kept_objects[(id + i) % MOST_KEPT_OBJECTS];
    if (object->data) continue;
    int fd = sealed_file("content", content);
    if (fd < 0) die("writing a file in memory");
    void *data = map_memory(NULL, content.length, PROT_READ, MAP_SHARED, fd, 0);
    close(fd);
    if (data == MAP_FAILED) return false;
    *object = (struct kept_object){id, false, data, content.length};
    note_outside_symbols((struct bytes){data, content.length});
    return true;
  }
  return false;
}
