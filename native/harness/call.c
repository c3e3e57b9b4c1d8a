/*
 * Linked with a function unit and its driver (src/call/driver-source.ts). It makes one call with prepared arguments and
 * reports what the call did to memory. It knows no types. encode-call.ts and effects/decode-record.ts know them.
 *
 * Enters (file descriptor 4): the image, little-endian, see read_image:
 *   "GEPOIMG1", u32 blocks, u32 globals, u32 argument count, u32 argument bytes, u32 relocations, u32 0,
 *   per block u64 size, u64 given, bytes[given] (the rest is zero),
 *   per global u32 index, u32 given, bytes[given] (the rest keeps its initialiser),
 *   per argument u32 offset in the argument bytes (aligned to 16), argument bytes,
 *   per relocation u32 where (0 block, 1 argument bytes, 2 global), u32 index, u64 offset, u32 block, u32 0, u64 offset in it.
 * Enters (environment): GEPO_FILL decimal byte; memory that the function allocates holds a pattern made from it.
 * Leaves (file descriptor 3): the record:
 *   "GEPOREC1", u32 length of all of it, u32 flags (1 ended by exit, 2 too long: nothing follows), then objects:
 *   u8 kind (0 result, 1 block, 2 global, 3 allocated by the function, 4 text in the executable), u8 freed, u8 pattern, u8 0,
 *   u32 index, u64 address, u64 size, u32 ranges, u32 0, then ranges: u64 offset, u32 length, u32 flags (1 before, 2 shadow),
 *   bytes before (flag 1), bytes after, one byte per byte that is 1 where MSan holds it for uninitialised (flag 2).
 * Exit status 0 after the call, or whatever the function exits with.
 *
 * Blocks are malloc'ed with exactly their size, so that ASan and MSan judge every access. Uninitialised bytes are
 * reported, not trapped on: only the reader of the record knows which of them are padding.
 *
 * Not guaranteed: a record when the function ends the process by a signal or by _exit. Memory from allocators other
 * than malloc, calloc, realloc, strdup and strndup is not observed. Of an allocation the first MiB is observed.
 *
 * All of it is one file whose functions are static: a unit may define functions of the same names.
 */
#define _GNU_SOURCE
#include <link.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ 22 /* of kernel headers from 5.14 on; an older kernel refuses it, which is no harm */
#endif

/* The harness reads and writes memory on its own authority. */
#pragma clang attribute push(__attribute__((no_sanitize("address", "memory", "undefined", "coverage"))), \
                             apply_to = function)

/* Keeps loops over bytes from becoming calls: a unit may define its own memcpy, and a mutant of it would break the harness. */
#define BYTE_LOOP __attribute__((no_builtin, noinline))

struct gepo_global {
  void *address;
  size_t size;
};

extern const struct gepo_global gepo_globals[];
extern const size_t gepo_global_count;
extern const size_t gepo_return_size;
void gepo_call(void **arguments, void *returned);
void gepo_fill_stack(void);

void *__real_malloc(size_t);
void *__real_calloc(size_t, size_t);
void *__real_realloc(void *, size_t);
void __real_free(void *);
char *__real_strdup(const char *);
char *__real_strndup(const char *, size_t);

/* Present in the builds with that sanitizer alone. */
__attribute__((weak)) void __asan_poison_memory_region(const volatile void *, size_t);
__attribute__((weak)) void __msan_unpoison(const volatile void *, size_t);
__attribute__((weak)) void __msan_poison(const volatile void *, size_t);
__attribute__((weak)) intptr_t __msan_test_shadow(const volatile void *, size_t);
__attribute__((weak)) void __msan_copy_shadow(const volatile void *, const volatile void *, size_t);

enum {
  MOST_RECORD_BYTES = 1 << 20,
  MOST_OBSERVED_BYTES = 1 << 20,
  MOST_KEPT_BYTES = 64 << 20,
  MOST_TEXTS = 1024,
  MOST_TEXT_BYTES = 4096,
  CHUNK_BYTES = 16,
  /* Pages that are read as they come. */
  MOST_FAULTS = 16,
  /* In the head of an object. */
  RANGES_OFFSET = 24,
};

enum { RESULT, BLOCK, GLOBAL, ALLOCATED, TEXT };
enum { IN_BLOCK, IN_ARGUMENTS, IN_GLOBAL };

BYTE_LOOP static void fail(const char *reason) {
  size_t length = 0;
  while (reason[length]) length++;
  syscall(SYS_write, 2, "gepo harness: ", 14);
  syscall(SYS_write, 2, reason, length);
  syscall(SYS_write, 2, "\n", 1);
  syscall(SYS_exit_group, 125);
}

/* Of any alignment and type. */
struct __attribute__((packed, may_alias)) word {
  uint64_t value;
};

static uint64_t load(const unsigned char *at) { return ((const struct word *)at)->value; }

static void store(unsigned char *at, uint64_t value) { ((struct word *)at)->value = value; }

BYTE_LOOP static void copy_bytes(void *to, const void *from, size_t length) {
  unsigned char *t = to;
  const unsigned char *f = from;
  for (; length >= sizeof(struct word);
       length -= sizeof(struct word), t += sizeof(struct word), f += sizeof(struct word))
    store(t, load(f));
  while (length-- > 0) *t++ = *f++;
}

BYTE_LOOP static void fill_bytes(void *to, unsigned char value, size_t length) {
  unsigned char *t = to;
  const uint64_t values = value * UINT64_C(0x0101010101010101);
  for (; length >= sizeof(struct word); length -= sizeof(struct word), t += sizeof(struct word)) store(t, values);
  while (length-- > 0) *t++ = value;
}

/* The first position in [at, end) where the bytes differ from `before`, or from zero if that is NULL; else `end`. */
BYTE_LOOP static size_t first_difference(const unsigned char *bytes, const unsigned char *before, size_t at,
                                         size_t end) {
  enum { STRIDE = 4 * sizeof(struct word) };
  for (; end - at >= STRIDE; at += STRIDE) {
    uint64_t different = 0;
    for (size_t i = 0; i < STRIDE; i += sizeof(struct word))
      different |= load(bytes + at + i) ^ (before ? load(before + at + i) : 0);
    if (different) break;
  }
  while (at < end && bytes[at] == (before ? before[at] : 0)) at++;
  return at;
}

BYTE_LOOP static size_t without_trailing(const unsigned char *bytes, size_t length, unsigned char value) {
  const uint64_t values = value * UINT64_C(0x0101010101010101);
  while (length >= sizeof(struct word) && load(bytes + length - sizeof(struct word)) == values)
    length -= sizeof(struct word);
  while (length > 0 && bytes[length - 1] == value) length--;
  return length;
}

static void *reserve(size_t size) {
  void *memory = __real_malloc(size);
  if (memory == NULL) fail("out of memory");
  if (__msan_unpoison) __msan_unpoison(memory, size);
  return memory;
}

/* ---- memory that the function was given or allocates ---------------------------------------------------- */

struct object {
  unsigned char *address;
  size_t size;
  /* Of blocks and globals: a copy from before the call of their first `before_size` bytes. The rest was zero. */
  unsigned char *before;
  size_t before_size;
  unsigned kind, index;
  int freed;
};

static struct object *objects;
static size_t object_count, object_room;

/* Open addressing from address to the latest object there: position + 1, or 0. */
static uint32_t *buckets;
static size_t bucket_count;

static int calling;
static size_t kept_bytes;
static unsigned char pattern = 0xA5;

static size_t bucket_of(const void *address) {
  size_t at = ((uintptr_t)address >> 4) * 0x9e3779b97f4a7c15u & (bucket_count - 1);
  while (buckets[at] != 0 && objects[buckets[at] - 1].address != address) at = (at + 1) & (bucket_count - 1);
  return at;
}

static struct object *find_object(const void *address) {
  if (bucket_count == 0) return NULL;
  uint32_t found = buckets[bucket_of(address)];
  return found == 0 ? NULL : &objects[found - 1];
}

static void grow_objects(void) {
  object_room = object_room == 0 ? 256 : object_room * 2;
  objects = __real_realloc(objects, object_room * sizeof *objects);
  __real_free(buckets);
  bucket_count = object_room * 2;
  buckets = __real_calloc(bucket_count, sizeof *buckets);
  if (objects == NULL || buckets == NULL) fail("out of memory");
  for (size_t i = 0; i < object_count; i++) buckets[bucket_of(objects[i].address)] = (uint32_t)i + 1;
}

static struct object *add_object(unsigned kind, unsigned index, void *address, size_t size) {
  if (object_count == object_room) grow_objects();
  struct object *object = &objects[object_count++];
  *object = (struct object){.address = address, .size = size, .kind = kind, .index = index};
  buckets[bucket_of(address)] = (uint32_t)object_count;
  return object;
}

static size_t observed(size_t size) { return size < MOST_OBSERVED_BYTES ? size : MOST_OBSERVED_BYTES; }

/* Bytes that still hold the pattern were never written by the function. To MSan they stay uninitialised. */
static void fill_with_pattern(void *memory, size_t size) {
  fill_bytes(memory, pattern, observed(size));
  if (__msan_poison) __msan_poison(memory, size);
}

void *__wrap_malloc(size_t size) {
  void *memory = __real_malloc(size);
  if (memory != NULL && calling) {
    fill_with_pattern(memory, size);
    add_object(ALLOCATED, (unsigned)object_count, memory, size);
  }
  return memory;
}

void *__wrap_calloc(size_t count, size_t size) {
  void *memory = __real_calloc(count, size);
  if (memory != NULL && calling) add_object(ALLOCATED, (unsigned)object_count, memory, count * size);
  return memory;
}

void __wrap_free(void *memory) {
  struct object *object = memory != NULL && calling ? find_object(memory) : NULL;
  if (object == NULL) {
    __real_free(memory);
    return;
  }
  int sanitized = __asan_poison_memory_region || __msan_unpoison;
  if (object->freed && !sanitized) __builtin_trap(); /* as glibc would: freed memory is kept below, so it cannot tell */
  object->freed = 1;
  /* Kept, so that no later allocation gets the address. Every build then sees the same pointers as dangling. */
  if (!sanitized && kept_bytes + object->size <= MOST_KEPT_BYTES) kept_bytes += object->size;
  else __real_free(memory);
}

void *__wrap_realloc(void *memory, size_t size) {
  if (memory == NULL) return __wrap_malloc(size);
  struct object *object = calling ? find_object(memory) : NULL;
  if (object == NULL || object->freed) return __real_realloc(memory, size);
  if (size == 0) {
    __wrap_free(memory);
    return NULL;
  }
  size_t kept = object->size < size ? object->size : size;
  void *moved = __wrap_malloc(size);
  if (moved == NULL) return NULL;
  copy_bytes(moved, memory, kept);
  if (__msan_copy_shadow) __msan_copy_shadow(moved, memory, kept);
  __wrap_free(memory);
  return moved;
}

BYTE_LOOP static char *track_text(char *text) {
  if (text == NULL || !calling) return text;
  size_t size = 1;
  while (text[size - 1]) size++;
  add_object(ALLOCATED, (unsigned)object_count, text, size);
  return text;
}

char *__wrap_strdup(const char *text) { return track_text(__real_strdup(text)); }

char *__wrap_strndup(const char *text, size_t most) { return track_text(__real_strndup(text, most)); }

/* ---- the image ------------------------------------------------------------------------------------------ */

static unsigned char *image;
static size_t image_size, image_at;

static void read_image(void) {
  size_t room = 1 << 16;
  image = reserve(room);
  for (;;) {
    long got = syscall(SYS_read, 4, image + image_size, room - image_size);
    if (got < 0) fail("cannot read the image from file descriptor 4");
    if (got == 0) return;
    image_size += (size_t)got;
    if (image_size < room) continue;
    unsigned char *larger = reserve(room * 2);
    copy_bytes(larger, image, image_size);
    __real_free(image);
    image = larger;
    room *= 2;
  }
}

static const unsigned char *take(size_t length) {
  if (length > image_size - image_at) fail("the image is too short");
  image_at += length;
  return image + image_at - length;
}

static uint32_t take_u32(void) {
  uint32_t value;
  copy_bytes(&value, take(sizeof value), sizeof value);
  return value;
}

static uint64_t take_u64(void) {
  uint64_t value;
  copy_bytes(&value, take(sizeof value), sizeof value);
  return value;
}

static void **arguments;
static unsigned char *argument_bytes;
static size_t block_count;

/* Reading memory that was never touched costs a fault for each page. Asking for all of it at once costs a tenth. */
static void expect_reads(const void *address, size_t size) {
  const uintptr_t page = 4096, start = ((uintptr_t)address + page - 1) & -page,
                  end = ((uintptr_t)address + size) & -page;
  if (end > start + MOST_FAULTS * page) syscall(SYS_madvise, start, end - start, MADV_POPULATE_READ);
}

/* Its first `length` bytes may differ from zero. */
static void set(struct object *object, size_t length) {
  if (length > object->before_size) object->before_size = length < object->size ? length : object->size;
}

/* Blocks are objects 0 .. block_count - 1, globals follow them. */
static void set_up_memory(void) {
  static const char magic[8] = "GEPOIMG1";
  const unsigned char *given = take(sizeof magic);
  for (size_t i = 0; i < sizeof magic; i++)
    if (given[i] != (unsigned char)magic[i]) fail("not an image");
  block_count = take_u32();
  uint32_t global_count = take_u32(), argument_count = take_u32(), argument_size = take_u32(), relocations = take_u32();
  take_u32();
  for (uint32_t i = 0; i < block_count; i++) {
    uint64_t size = take_u64(), length = take_u64();
    if (length > size) fail("more content than block");
    unsigned char *memory = reserve(size);
    copy_bytes(memory, take(length), length);
    fill_bytes(memory + length, 0, size - length);
    set(add_object(BLOCK, i, memory, size), length);
  }
  for (size_t i = 0; i < gepo_global_count; i++) {
    const struct gepo_global *global = &gepo_globals[i];
    expect_reads(global->address, global->size);
    set(add_object(GLOBAL, (unsigned)i, global->address, global->size),
        without_trailing(global->address, global->size, 0));
  }
  for (uint32_t i = 0; i < global_count; i++) {
    uint32_t index = take_u32(), length = take_u32();
    if (index >= gepo_global_count || length > gepo_globals[index].size) fail("no such global");
    copy_bytes(gepo_globals[index].address, take(length), length);
    set(&objects[block_count + index], length);
  }
  arguments = reserve((argument_count + 1) * sizeof *arguments);
  argument_bytes = reserve(argument_size + 1);
  for (uint32_t i = 0; i < argument_count; i++) arguments[i] = argument_bytes + take_u32();
  copy_bytes(argument_bytes, take(argument_size), argument_size);
  for (uint32_t i = 0; i < relocations; i++) {
    uint32_t where = take_u32(), index = take_u32();
    uint64_t offset = take_u64();
    uint32_t target = take_u32();
    take_u32();
    uint64_t target_offset = take_u64();
    if (target >= block_count || (where == IN_BLOCK && index >= block_count)) fail("no such block");
    unsigned char *value = objects[target].address + target_offset;
    if (where == IN_ARGUMENTS) {
      copy_bytes(argument_bytes + offset, &value, sizeof value);
    } else {
      struct object *object = &objects[where == IN_BLOCK ? index : block_count + index];
      copy_bytes(object->address + offset, &value, sizeof value);
      set(object, offset + sizeof value);
    }
  }
  for (size_t i = 0; i < object_count; i++) {
    objects[i].before = reserve(objects[i].before_size);
    copy_bytes(objects[i].before, objects[i].address, objects[i].before_size);
  }
}

/* ---- the record ----------------------------------------------------------------------------------------- */

static unsigned char *record;
static size_t record_size;
static int too_long;

static void put(const void *bytes, size_t length) {
  if (too_long || length > MOST_RECORD_BYTES - record_size) {
    too_long = 1;
    return;
  }
  copy_bytes(record + record_size, bytes, length);
  record_size += length;
}

static void put_u32(uint32_t value) { put(&value, sizeof value); }

static void put_u64(uint64_t value) { put(&value, sizeof value); }

struct segment {
  const unsigned char *start, *end;
};

static struct segment segments[16];
static int segment_count;

/* The first object is the executable itself. */
static int note_segments(struct dl_phdr_info *info, size_t size, void *data) {
  (void)size, (void)data;
  for (int i = 0; i < info->dlpi_phnum && segment_count < 16; i++) {
    const ElfW(Phdr) *header = &info->dlpi_phdr[i];
    if (header->p_type != PT_LOAD || !(header->p_flags & PF_R) || (header->p_flags & PF_X)) continue;
    const unsigned char *start = (const unsigned char *)(info->dlpi_addr + header->p_vaddr);
    segments[segment_count++] = (struct segment){start, start + header->p_memsz};
  }
  return 1;
}

/* Pointers into the executable's data that may point to text. The reader of the record knows which of them do. */
static const unsigned char *texts[MOST_TEXTS];
static size_t text_count;

static void note_text(const unsigned char *address) {
  if (text_count == MOST_TEXTS) return;
  for (size_t i = 0; i < text_count; i++)
    if (texts[i] == address) return;
  for (int i = 0; i < segment_count; i++) {
    if (address >= segments[i].start && address < segments[i].end) {
      texts[text_count++] = address;
      return;
    }
  }
}

static void note_texts_in(const unsigned char *bytes, size_t length) {
  size_t at = -(uintptr_t)bytes & (sizeof(void *) - 1);
  for (; at + sizeof(void *) <= length; at += sizeof(void *)) {
    const unsigned char *pointer;
    copy_bytes(&pointer, bytes + at, sizeof pointer);
    note_text(pointer);
  }
}

static void put_object(const struct object *object, uint32_t ranges) {
  unsigned char head[4] = {(unsigned char)object->kind, (unsigned char)object->freed, pattern, 0};
  put(head, sizeof head);
  put_u32(object->index);
  put_u64((uintptr_t)object->address);
  put_u64(object->size);
  put_u32(ranges);
  put_u32(0);
}

static void put_before(const struct object *object, size_t offset, size_t length) {
  size_t known = offset < object->before_size ? object->before_size - offset : 0;
  if (known > length) known = length;
  if (known > 0) put(object->before + offset, known);
  for (; known < length; known++) put("", 1);
}

/* What an object held before is put for blocks and globals alone: other objects held nothing. */
static void put_range(const struct object *object, size_t offset, size_t length) {
  const unsigned char *bytes = object->address + offset;
  const int has_before = object->kind == BLOCK || object->kind == GLOBAL;
  intptr_t poisoned = __msan_test_shadow ? __msan_test_shadow(bytes, length) : -1;
  put_u64(offset);
  put_u32((uint32_t)length);
  put_u32((has_before ? 1 : 0) | (poisoned >= 0 ? 2 : 0));
  if (has_before) put_before(object, offset, length);
  put(bytes, length);
  if (poisoned >= 0) {
    size_t at = 0;
    while (at < length) {
      intptr_t next = __msan_test_shadow(bytes + at, length - at);
      size_t clean = next < 0 ? length - at : (size_t)next;
      static const unsigned char zeros[CHUNK_BYTES], one = 1;
      for (size_t left = clean; left > 0;) {
        size_t part = left < sizeof zeros ? left : sizeof zeros;
        put(zeros, part);
        left -= part;
      }
      at += clean;
      if (at++ < length) put(&one, 1);
    }
  }
  note_texts_in(bytes, length);
}

/* The next chunk from this one on that has changed, or the number of chunks if none has. */
static size_t next_changed_chunk(const struct object *object, size_t chunk) {
  size_t at = chunk * CHUNK_BYTES;
  if (at < object->before_size) {
    at = first_difference(object->address, object->before, at, object->before_size);
    if (at < object->before_size) return at / CHUNK_BYTES;
  }
  at = at < object->size ? first_difference(object->address, NULL, at, object->size) : object->size;
  return (at < object->size ? at : object->size + CHUNK_BYTES - 1) / CHUNK_BYTES;
}

/* Puts changed chunks and a chunk on either side of them: a scalar of which any byte changed is then there in full. */
static uint32_t put_changes(const struct object *object) {
  const size_t chunks = (object->size + CHUNK_BYTES - 1) / CHUNK_BYTES;
  uint32_t ranges = 0;
  for (size_t chunk = next_changed_chunk(object, 0), next; chunk < chunks; chunk = next, ranges++) {
    size_t first = chunk > 0 ? chunk - 1 : 0, last = chunk;
    while ((next = next_changed_chunk(object, last + 1)) < chunks && next <= last + 2) last = next;
    size_t start = first * CHUNK_BYTES, end = (last + 2) * CHUNK_BYTES;
    put_range(object, start, (end < object->size ? end : object->size) - start);
  }
  return ranges;
}

static void put_whole(const struct object *object, size_t length) {
  put_object(object, length > 0);
  if (length > 0) put_range(object, 0, length);
}

/* The number of ranges is known once they are put, and then filled in. */
static void put_changed(const struct object *object) {
  const size_t at = record_size;
  put_object(object, 0);
  const uint32_t ranges = object->freed ? 0 : put_changes(object);
  if (!too_long) copy_bytes(record + at + RANGES_OFFSET, &ranges, sizeof ranges);
}

static unsigned char *returned;

static void put_objects(int exited) {
  if (!exited && gepo_return_size > 0)
    put_whole(&(struct object){.address = returned, .size = gepo_return_size, .kind = RESULT}, gepo_return_size);
  for (size_t i = 0; i < object_count; i++) {
    const struct object *object = &objects[i];
    if (object->kind == ALLOCATED)
      put_whole(object, object->freed ? 0 : without_trailing(object->address, observed(object->size), pattern));
    else put_changed(object);
  }
  for (size_t i = 0; i < text_count; i++) {
    size_t length = 0;
    while (length < MOST_TEXT_BYTES && texts[i][length]) length++;
    for (int s = 0; s < segment_count; s++)
      if (texts[i] >= segments[s].start && texts[i] < segments[s].end && length > (size_t)(segments[s].end - texts[i]))
        length = (size_t)(segments[s].end - texts[i]);
    struct object text = {.address = (unsigned char *)texts[i], .size = length, .kind = TEXT};
    put_object(&text, 1);
    put_range(&text, 0, length);
  }
}

static void write_record(int exited) {
  calling = 0;
  /* Neither malloc'ed, which would fill all of it, nor known to a sanitizer, for the same reason. */
  long memory = syscall(SYS_mmap, NULL, MOST_RECORD_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == -1) fail("out of memory");
  record = (unsigned char *)memory;
  dl_iterate_phdr(note_segments, NULL);
  put("GEPOREC1", 8);
  put_u32(0);
  put_u32(0);
  put_objects(exited);
  if (too_long) record_size = CHUNK_BYTES;
  uint32_t head[2] = {(uint32_t)record_size, (exited ? 1u : 0u) | (too_long ? 2u : 0u)};
  copy_bytes(record + 8, head, sizeof head);
  for (size_t written = 0; written < record_size;) {
    long part = syscall(SYS_write, 3, record + written, record_size - written);
    if (part <= 0) break;
    written += (size_t)part;
  }
  syscall(SYS_munmap, record, MOST_RECORD_BYTES);
}

static void write_record_at_exit(void) {
  if (calling) write_record(1);
}

int main(void) {
  const char *text = getenv("GEPO_FILL");
  if (text != NULL) {
    unsigned fill = 0;
    for (; *text >= '0' && *text <= '9'; text++) fill = fill * 10 + (unsigned)(*text - '0');
    /* 0x81 .. 0xFD: neither text, nor a byte of a small number, nor of -1, all of which functions do write. */
    pattern = (unsigned char)(0x81 + fill * 77 % 125);
  }
  read_image();
  set_up_memory();
  returned = reserve(gepo_return_size + CHUNK_BYTES);
  atexit(write_record_at_exit);
  gepo_fill_stack();
  calling = 1;
  gepo_call(arguments, returned);
  write_record(0);
  fflush(stdout);
  return 0;
}

#pragma clang attribute pop
