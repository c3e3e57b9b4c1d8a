// Arguments and results of a function in C, whose types say less than its callers know: which number is the length of
// which list. Every way to spread the arguments over the parameters is tried until one fits.
//
// A list is a pointer. Its length is the parameter behind it or before it; of a list of lists the lengths of its rows
// are another parameter, a list as well, or one number if all are as long. Where tests pass lengths themselves, no other
// parameter has them. What a function returns has its lengths behind pointers, which are its last parameters; where it
// returns nothing, these are its results.
#include "call-values.h"

#include <stdlib.h>
#include <string.h>

enum Base {
  OTHER,
  BOOLEAN,
  CHARACTER,
  SIGNED_CHAR,
  SHORT = 5,
  UNSIGNED_LONG_LONG = 12,
  INT128_UNSIGNED = 14,
  FLOAT,
  DOUBLE
};

// By the numbers of call-c.h.
static const unsigned char SIZES[] = {0, 1, 1, 1, 1, 2, 2, 4, 4, 8, 8, 8, 8, 16, 16, 4, 8, 16};

#define MOST_PARAMETERS 64
#define MOST_LEVELS 4

// What is passed for a parameter: an argument, the lengths of one at a level, the one length of all its rows, or room
// for what the function says.
typedef enum Role { ARGUMENT, LENGTHS, ROW_LENGTH, ROOM } Role;
typedef struct Part {
  Role role;
  const Value* value;
  int level;
} Part;

static const int* types;
static int count;
static int result_type;
static Part parts[MOST_PARAMETERS];
static void** slots;
// The first of those that the function fills.
static int first_room;

static int depth_of(int type) { return type / 32; }
static int base_of(int type) { return type % 32; }
static bool is_length(int type, int depth) {
  return depth_of(type) == depth && base_of(type) >= SHORT && base_of(type) <= UNSIGNED_LONG_LONG;
}

static void* room_for(unsigned long items, unsigned long size) {
  void* const room = calloc(items + 1, size);
  if (!room) gepo_stop("out of memory", "");
  return room;
}

// ---- which parameter is what ----

static int nesting(const Value* value) {
  if (gepo_kind(value) != LIST) return 0;
  int most = 0;
  for (unsigned long i = 0; i < gepo_size(value); i++) {
    const int inner = nesting(gepo_item(value, i));
    if (inner > most) most = inner;
  }
  return most + 1;
}

static bool fits(const Value* value, int depth, int base) {
  switch (gepo_kind(value)) {
    case NONE: return depth > 0;
    case FLAG: return base == BOOLEAN && depth < 2;
    case NUMBER: return base >= SIGNED_CHAR && depth < 2;
    case TEXT: return base == CHARACTER && (depth == 1 || (depth == 0 && gepo_size(value) == 1));
    case LIST:
      for (unsigned long i = 0; i < gepo_size(value); i++)
        if (!fits(gepo_item(value, i), depth - 1, base)) return false;
      return depth > 0;
    default: return false;
  }
}

static bool has_equal_rows(const Value* value) {
  for (unsigned long i = 1; i < gepo_size(value); i++)
    if (gepo_size(gepo_item(value, i)) != gepo_size(gepo_item(value, 0))) return false;
  return true;
}

static bool spread(int at, unsigned long argument);

static bool spread_behind(int at, unsigned long argument, const Value* value, int place, int levels) {
  parts[place] = (Part){ARGUMENT, value, 0};
  return spread(at + 1 + levels, argument + 1);
}

// Whether the parameters from here are lengths of as many levels, each once, behind `pointers` more pointers.
static bool take_lengths(int at, const Value* value, int levels, int pointers, Role role) {
  if (at + levels > count) return false;
  unsigned seen = 0;
  for (int i = 0; i < levels; i++) {
    const int level = depth_of(types[at + i]) - pointers;
    if (level < 0 || level >= levels || !is_length(types[at + i], level + pointers)) return false;
    parts[at + i] = (Part){role, value, level};
    seen |= 1u << level;
  }
  return seen == (1u << levels) - 1;
}

static bool spread_list(int at, unsigned long argument, const Value* value) {
  const bool has_next = at + 1 < count;
  const bool fits_here = fits(value, depth_of(types[at]), base_of(types[at]));
  const int most = depth_of(types[at]);
  // Characters in a row are a text first, then a list.
  const int least = base_of(types[at]) == CHARACTER ? most - 1 : most;
  for (int levels = least; fits_here && levels <= most; levels++)
    if (levels >= nesting(value) && levels > 0 && take_lengths(at + 1, value, levels, 0, LENGTHS) &&
        spread_behind(at, argument, value, at, levels))
      return true;
  if (has_next && is_length(types[at], 0) && fits(value, depth_of(types[at + 1]), base_of(types[at + 1])) &&
      nesting(value) == 1 && take_lengths(at, value, 1, 0, LENGTHS) && spread_behind(at, argument, value, at + 1, 1))
    return true;
  if (!fits_here) return false;
  if (nesting(value) == 2 && at + 2 < count && is_length(types[at + 1], 0) && is_length(types[at + 2], 0) &&
      has_equal_rows(value)) {
    parts[at + 1] = (Part){LENGTHS, value, 0};
    parts[at + 2] = (Part){ROW_LENGTH, value, 0};
    if (spread_behind(at, argument, value, at, 2)) return true;
  }
  if (has_next && take_lengths(at + 1, value, 1, 0, LENGTHS) && spread_behind(at, argument, value, at, 1)) return true;
  return spread_behind(at, argument, value, at, 0);
}

// The last parameters, for what the function says: lengths of its result, or results.
static bool spread_rooms(int at) {
  const int left = count - at;
  first_room = at;
  if (result_type >= 0) {
    const int depth = depth_of(result_type);
    if (base_of(result_type) == OTHER || left > depth || left < depth - 1) return false;
    return take_lengths(at, NULL, left, 1, ROOM);
  }
  for (int i = at; i < count; i++) {
    const int base = base_of(types[i]);
    if (base == OTHER || depth_of(types[i]) != (base == CHARACTER ? 2 : 1)) return false;
    parts[i] = (Part){ROOM, NULL, 0};
  }
  return true;
}

static bool spread(int at, unsigned long argument) {
  if (argument == gepo_arguments()) return spread_rooms(at);
  if (at >= count) return false;
  const Value* const value = gepo_argument(argument);
  if (gepo_kind(value) == LIST) return spread_list(at, argument, value);
  return fits(value, depth_of(types[at]), base_of(types[at])) && spread_behind(at, argument, value, at, 0);
}

// ---- reading ----

static void store_whole(void* to, int base, bool is_negative, Magnitude magnitude, const Value* value) {
  const int bits = 8 * SIZES[base];
  const bool is_signed = base % 2 == 1;
  const Magnitude most = (((Magnitude)1 << (bits - 1)) - 1) * (is_signed ? 1 : 2) + !is_signed +
                         (is_signed && is_negative);
  if (magnitude > most || (is_negative && !is_signed && magnitude != 0)) gepo_misfit(value);
  const Magnitude stored = is_negative ? -magnitude : magnitude;
  memcpy(to, &stored, SIZES[base]);
}

static void read_scalar(const Value* value, int base, void* to) {
  if (base == BOOLEAN) *(bool*)to = gepo_flag(value);
  else if (base == CHARACTER) *(char*)to = *gepo_text(value);
  else if (base == FLOAT) *(float*)to = (float)gepo_number(value);
  else if (base == DOUBLE) *(double*)to = (double)gepo_number(value);
  else if (base > DOUBLE) *(long double*)to = gepo_number(value);
  else {
    bool is_negative;
    Magnitude magnitude;
    if (!gepo_whole(value, &is_negative, &magnitude)) gepo_misfit(value);
    store_whole(to, base, is_negative, magnitude, value);
  }
}

static void read_value(const Value* value, int depth, int base, void* to) {
  if (depth == 0) {
    read_scalar(value, base, to);
  } else if (gepo_kind(value) == NONE) {
    *(void**)to = NULL;
  } else if (gepo_kind(value) == TEXT) {
    char* const text = gepo_text(value);
    // What ends at its first NUL has none within.
    if (strlen(text) != gepo_size(value)) gepo_misfit(value);
    *(char**)to = text;
  } else {
    const bool is_list = gepo_kind(value) == LIST;
    const unsigned long size = depth == 1 ? SIZES[base] : sizeof(void*);
    const unsigned long items = is_list ? gepo_size(value) : 1;
    char* const room = room_for(items, size);
    for (unsigned long i = 0; i < items; i++)
      read_value(is_list ? gepo_item(value, i) : value, depth - 1, base, room + i * size);
    *(void**)to = room;
  }
}

static void read_lengths(const Value* value, int level, int base, void* to) {
  const unsigned long items = gepo_kind(value) == LIST ? gepo_size(value) : 0;
  if (level == 0) {
    store_whole(to, base, false, items, value);
    return;
  }
  const unsigned long size = level == 1 ? SIZES[base] : sizeof(void*);
  char* const room = room_for(items, size);
  for (unsigned long i = 0; i < items; i++) read_lengths(gepo_item(value, i), level - 1, base, room + i * size);
  *(void**)to = room;
}

static void read_part(const Part* part, int type, void* to) {
  if (part->role == ARGUMENT) read_value(part->value, depth_of(type), base_of(type), to);
  else if (part->role == LENGTHS) read_lengths(part->value, part->level, base_of(type), to);
  else if (part->role == ROOM) *(void**)to = room_for(1, sizeof(Magnitude));
  else if (gepo_size(part->value) == 0) store_whole(to, base_of(type), false, 0, part->value);
  else read_lengths(gepo_item(part->value, 0), 0, base_of(type), to);
}

void gepo_read_arguments(const int* the_types, int the_count, int the_result, void** the_slots) {
  types = the_types;
  count = the_count;
  result_type = the_result;
  slots = the_slots;
  if (count > MOST_PARAMETERS || !spread(0, 0)) gepo_stop("the function's parameters do not take these arguments", "");
  for (int i = 0; i < count; i++) {
    slots[i] = room_for(1, sizeof(Magnitude));
    read_part(&parts[i], types[i], slots[i]);
  }
}

// ---- writing ----

static long long whole_at(const void* at, int base) {
  long long whole = 0;
  memcpy(&whole, at, SIZES[base]);
  const int unused = 64 - 8 * SIZES[base];
  return base % 2 == 1 ? (long long)((unsigned long long)whole << unused) >> unused : whole;
}

static void put_scalar(const void* at, int base) {
  if (base == BOOLEAN) gepo_put(*(const bool*)at ? "true" : "false");
  else if (base == CHARACTER) gepo_put_text(at, 1);
  else if (base == FLOAT) gepo_put_number(*(const float*)at, true);
  else if (base == DOUBLE) gepo_put_number(*(const double*)at, false);
  else if (base > DOUBLE) gepo_put_number((double)*(const long double*)at, false);
  else {
    const bool is_signed = base % 2 == 1;
    Magnitude magnitude;
    if (base > UNSIGNED_LONG_LONG) memcpy(&magnitude, at, sizeof magnitude);
    else if (is_signed) magnitude = (Magnitude)(__int128)whole_at(at, base);
    else magnitude = (unsigned long long)whole_at(at, base);
    const bool is_negative = is_signed && (__int128)magnitude < 0;
    gepo_put_whole(is_negative, is_negative ? -magnitude : magnitude);
  }
}

// Lengths by level, as they lie in memory: the first is a number, each other a pointer to those of the rows.
typedef struct Lengths {
  const void* at[MOST_LEVELS];
  int bases[MOST_LEVELS];
} Lengths;

static void put_value(const void* at, int depth, int base, int levels, const Lengths* lengths);

static void put_list(const char* items, int depth, int base, int levels, const Lengths* lengths) {
  const long long length = whole_at(lengths->at[0], lengths->bases[0]);
  if (length < 0 || (!items && length > 0)) {
    gepo_no_json("a list whose length is not its own");
    return;
  }
  gepo_put("[");
  for (long long i = 0; i < length; i++) {
    Lengths inner = {{NULL}, {0}};
    for (int level = 1; level < levels; level++) {
      const char* const rows = *(const char* const*)lengths->at[level];
      if (!rows) {
        gepo_no_json("rows without lengths");
        return;
      }
      inner.at[level - 1] = rows + i * (level == 1 ? SIZES[lengths->bases[level]] : (long long)sizeof(void*));
      inner.bases[level - 1] = lengths->bases[level];
    }
    if (i > 0) gepo_put(",");
    put_value(items + i * (depth == 1 ? SIZES[base] : (long long)sizeof(void*)), depth - 1, base, levels - 1, &inner);
  }
  gepo_put("]");
}

// A pointer that is no list is a text, or one value that may be missing.
static void put_value(const void* at, int depth, int base, int levels, const Lengths* lengths) {
  if (depth == 0) {
    put_scalar(at, base);
    return;
  }
  const char* const target = *(const char* const*)at;
  if (levels > 0) put_list(target, depth, base, levels, lengths);
  else if (!target) gepo_put("null");
  else if (base == CHARACTER) gepo_put_text(target, strlen(target));
  else put_scalar(target, base);
}

static void put_rooms(void) {
  const int rooms = count - first_room;
  if (rooms == 0) gepo_put("null");
  if (rooms > 1) gepo_put("[");
  for (int i = first_room; i < count; i++) {
    if (i > first_room) gepo_put(",");
    put_value(*(void**)slots[i], depth_of(types[i]) - 1, base_of(types[i]), 0, NULL);
  }
  if (rooms > 1) gepo_put("]");
}

void gepo_put_result(const void* result) {
  if (result_type < 0) {
    put_rooms();
    return;
  }
  Lengths lengths = {{NULL}, {0}};
  for (int i = first_room; i < count; i++) {
    // Not by what the function may have made of its parameter.
    lengths.at[parts[i].level] = *(void**)slots[i];
    lengths.bases[parts[i].level] = base_of(types[i]);
  }
  put_value(result, depth_of(result_type), base_of(result_type), count - first_room, &lengths);
}
