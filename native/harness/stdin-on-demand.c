/*
 * Linked into the coverage build of a unit. With a seed, it makes up standard input at the moment when the program reads
 * it. It records every byte, so that the same text can later be given as plain standard input to builds that know
 * nothing of this file.
 *
 * Enters (environment): GEPO_SEED decimal 64-bit; without it this file does nothing and stdin is the real one.
 *   GEPO_SIZE 0..9, how large counts and numbers may grow.
 *   GEPO_CONTINUE, if set: the real standard input comes first.
 *   GEPO_NUMBERS, GEPO_WORDS, GEPO_CHARS: what the source compares with. Numbers and words are separated by '\x1f',
 *   chars follow one another.
 * Leaves: the text, to coverage.c, which writes it out with the coverage.
 * Not guaranteed: that the made-up input is meaningful to the program; runs decide that.
 */
#define _GNU_SOURCE
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- random choices ------------------------------------------------------------------------------------ */

static uint64_t random_state;

/* splitmix64 */
static uint64_t next_random(void) {
  uint64_t z = (random_state += 0x9e3779b97f4a7c15u);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

static long long between(long long low, long long high) {
  return low + (long long)(next_random() % (uint64_t)(high - low + 1));
}

static int chance(int percent) { return between(1, 100) <= percent; }

/* ---- the strategy of this run, drawn once from the seed ------------------------------------------------- */

enum { MAX_TEXT_BYTES = 1 << 16, MAX_ENTRIES = 64 };

static struct {
  int active;
  int size;               /* 0..9 */
  long long largest;      /* usual upper end of numbers */
  int negatives;          /* percent of numbers that are negative */
  int odd_values;         /* percent of numbers from boundaries and constants of the source */
  int end_after;          /* demands after which the input ends */
  int sentinel_after;     /* demands after which sentinel values are given; INT32_MAX: never */
  long long sentinel;
  int line_kind;          /* what a line is made of: 0 words, 1 numbers, 2 chars of the source, 3 mixed */
  int case_kind;          /* letters: 0 lower, 1 upper, 2 both, 3 digits, 4 few letters, 5 zeros and ones */
} strategy;

static const char *numbers[MAX_ENTRIES], *words[MAX_ENTRIES], *chars_of_source = "";
static int number_count, word_count;

static int split(char *list, const char **entries) {
  int count = 0;
  for (char *entry = strtok(list, "\x1f"); entry && count < MAX_ENTRIES; entry = strtok(NULL, "\x1f"))
    entries[count++] = entry;
  return count;
}

static void draw_strategy(void) {
  static const long long LARGEST[] = {3, 5, 8, 10, 20, 40, 100, 1000, 100000, 1000000000};
  strategy.largest = LARGEST[strategy.size];
  strategy.negatives = chance(30) ? (int)between(5, 50) : 0;
  strategy.odd_values = chance(40) ? (int)between(5, 40) : 0;
  strategy.end_after = chance(35) ? (int)between(0, 12) : (int)between(12, 400);
  strategy.sentinel_after = chance(55) ? (int)between(1, 25) : INT32_MAX;
  strategy.sentinel = chance(75)     ? 0
                      : chance(60)   ? -1
                      : number_count ? atoll(numbers[between(0, number_count - 1)])
                                     : 0;
  strategy.line_kind = (int)between(0, 3);
  strategy.case_kind = (int)between(0, 5);
}

/* ---- the text ------------------------------------------------------------------------------------------- */

static char text[MAX_TEXT_BYTES];
static int text_length, text_position, demands, numbers_given, ended;

static void put(const char *bytes, int length) {
  if (text_length + length > MAX_TEXT_BYTES) {
    ended = 1;
    return;
  }
  memcpy(text + text_length, bytes, (size_t)length);
  text_length += length;
}

static void put_char(char c) { put(&c, 1); }

static int in_sentinel(void) { return demands > strategy.sentinel_after; }

static long long draw_integer(void) {
  int first = numbers_given++;
  if (in_sentinel()) return strategy.sentinel;
  /* The first numbers of a contest input are most often counts. */
  long long count_end = strategy.size < 4 ? strategy.size + 2 : strategy.size * 3;
  if (first == 0 && !chance(10)) return between(1, count_end);
  if (first < 3 && chance(60)) return between(1, count_end);
  if (chance(strategy.odd_values)) {
    static const long long ODD[] = {0,   1,    -1,    2,     10,         100,        255,
                                    256, 1000, 32767, 65536, 1000000007, 2147483647, -2147483647 - 1};
    if (number_count && chance(60)) return atoll(numbers[between(0, number_count - 1)]) + between(-1, 1);
    return ODD[between(0, (int)(sizeof ODD / sizeof *ODD) - 1)];
  }
  long long value = chance(10) ? 0 : between(chance(50) ? 1 : 0, chance(50) ? strategy.largest : count_end);
  return chance(strategy.negatives) ? -value : value;
}

static char draw_letter(void) {
  if (*chars_of_source && chance(strategy.line_kind == 2 ? 80 : 12))
    return chars_of_source[between(0, (long long)strlen(chars_of_source) - 1)];
  switch (strategy.case_kind) {
    case 0: return (char)between('a', 'z');
    case 1: return (char)between('A', 'Z');
    case 2: return (char)(chance(50) ? between('a', 'z') : between('A', 'Z'));
    case 3: return (char)between('0', '9');
    case 4: return (char)between('a', 'c');
    default: return (char)between('0', '1');
  }
}

static int is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

static void put_word(int width) {
  if (word_count && (in_sentinel() ? chance(70) : chance(15))) {
    const char *word = words[between(0, word_count - 1)];
    int length = (int)strlen(word);
    put(word, width > 0 && width < length ? width : length);
    return;
  }
  int longest = strategy.size < 3 ? 4 : strategy.size < 6 ? 10 : 24;
  int length = (int)between(1, longest);
  if (width > 0 && length > width) length = width;
  for (int i = 0; i < length; i++) {
    char c = draw_letter();
    put_char(is_space(c) || c == 0 ? 'a' : c);
  }
}

static void put_number(void) {
  char digits[32];
  put(digits, snprintf(digits, sizeof digits, "%lld", draw_integer()));
}

static void put_unsigned(const char *format) {
  char digits[32];
  long long value = draw_integer();
  put(digits, snprintf(digits, sizeof digits, format, value < 0 ? -value : value));
}

static void put_real(void) {
  char digits[64];
  long long whole = draw_integer();
  if (chance(35)) put(digits, snprintf(digits, sizeof digits, "%lld", whole));
  else put(digits, snprintf(digits, sizeof digits, "%lld.%0*lld", whole, (int)between(1, 3), between(0, 9)));
}

/* A line without its line end; may be empty. */
static void put_line(void) {
  if (chance(5)) return;
  int items = (int)between(1, 2 + strategy.size);
  if (strategy.line_kind == 2) {
    for (int i = 0; i < items * 3; i++) {
      char c = draw_letter();
      if (c != '\n' && c != 0) put_char(c);
    }
    return;
  }
  for (int i = 0; i < items; i++) {
    if (i > 0) put_char(' ');
    if (strategy.line_kind == 1 || (strategy.line_kind == 3 && chance(50))) put_number();
    else put_word(0);
  }
}

/* ---- what the program is asking for ---------------------------------------------------------------------- */

enum demand_kind { DEMAND_LINE, DEMAND_FORMAT };

struct conversion {
  char letter;            /* d u x o f c s [ ; 0 when there is none */
  int width;              /* 0: none */
  const char *set;        /* of %[: the text behind '[' */
  char separator;         /* what must follow the item: literal of the format, ' ', '\n', or 0 for nothing */
};

static struct {
  enum demand_kind kind;
  struct conversion conversions[MAX_ENTRIES];
  int conversion_count, conversion_next;
} demand;

static void parse_format(const char *format) {
  demand.kind = DEMAND_FORMAT;
  demand.conversion_count = demand.conversion_next = 0;
  for (const char *p = format; *p && demand.conversion_count < MAX_ENTRIES;) {
    if (*p != '%') {
      p++;
      continue;
    }
    if (*++p == '%') {
      p++;
      continue;
    }
    struct conversion c = {0};
    if (*p == '*') p++;
    while (*p >= '0' && *p <= '9') c.width = c.width * 10 + (*p++ - '0');
    while (*p && strchr("hlLqjztm", *p)) p++;
    if (*p == 0) break;
    switch (*p) {
      case 'd':
      case 'i': c.letter = 'd'; break;
      case 'u': c.letter = 'u'; break;
      case 'x':
      case 'X':
      case 'p': c.letter = 'x'; break;
      case 'o': c.letter = 'o'; break;
      case 'c':
      case 'C': c.letter = 'c'; break;
      case 's':
      case 'S': c.letter = 's'; break;
      case '[': c.letter = '['; break;
      case 'n': c.letter = 'n'; break;
      default: c.letter = 'f'; break;
    }
    p++;
    if (c.letter == '[') {
      c.set = p;
      if (*p == '^') p++;
      if (*p == ']') p++;
      while (*p && *p != ']') p++;
      if (*p) p++;
    }
    if (c.letter == 'n') continue;
    if (*p == 0) c.separator = '\n';
    else if (*p == '%') c.separator = c.letter == 'c' ? 0 : p[1] == 'c' || p[1] == '[' ? 0 : ' ';
    else if (is_space(*p)) {
      const char *behind = p;
      while (is_space(*behind)) behind++;
      c.separator = *behind && *behind != '%' ? *behind : *behind == 0 ? '\n' : ' ';
    } else c.separator = *p;
    if (c.letter == 'c' && *p == 0) c.separator = 0;
    demand.conversions[demand.conversion_count++] = c;
  }
}

static int in_set(const char *set, char c) {
  int negated = *set == '^';
  const char *p = set + negated;
  int found = 0;
  for (int i = 0; *p && (i == 0 || *p != ']'); i++) {
    if (p[1] == '-' && p[2] && p[2] != ']') {
      if (c >= p[0] && c <= p[2]) found = 1;
      p += 3;
    } else {
      if (c == *p) found = 1;
      p++;
    }
  }
  return found != negated;
}

static void put_from_set(const struct conversion *c) {
  int length = (int)between(1, strategy.size < 4 ? 8 : 30);
  if (c->width > 0 && length > c->width) length = c->width;
  for (int i = 0; i < length; i++)
    for (int tries = 0; tries < 50; tries++) {
      char letter = i > 0 && chance(12) ? ' ' : tries < 25 ? draw_letter() : (char)between(32, 126);
      if (letter != 0 && in_set(c->set, letter)) {
        put_char(letter);
        break;
      }
    }
}

static void put_conversion(const struct conversion *c) {
  switch (c->letter) {
    case 'd': put_number(); break;
    case 'u': put_unsigned("%lld"); break;
    case 'x': put_unsigned("%llx"); break;
    case 'o': put_unsigned("%llo"); break;
    case 'f': put_real(); break;
    case 's': put_word(c->width); break;
    case '[': put_from_set(c); break;
    default:
      for (int i = 0; i < (c->width > 0 ? c->width : 1); i++) put_char(chance(12) ? '\n' : draw_letter());
  }
  if (c->separator) put_char(c->separator == '\n' && chance(12) ? ' ' : c->separator);
}

/* Makes the next piece of input, with the separator that ends it. */
static void supply(void) {
  demands++;
  if (demands > strategy.end_after || (in_sentinel() && demands > strategy.sentinel_after + 8)) ended = 1;
  if (ended) return;
  if (demand.kind == DEMAND_FORMAT && demand.conversion_count > 0) {
    int index = demand.conversion_next++ % demand.conversion_count;
    put_conversion(&demand.conversions[index]);
  } else {
    put_line();
    put_char('\n');
  }
}

/* Takes the text that is to be continued, whose first numbers were the counts. */
static void take_beginning(void) {
  extern ssize_t __read(int, void *, size_t);
  ssize_t count;
  while (text_length < MAX_TEXT_BYTES &&
         (count = __read(0, text + text_length, (size_t)(MAX_TEXT_BYTES - text_length))) > 0)
    text_length += (int)count;
  if (text_length > 0) numbers_given = 3;
}

static ssize_t read_on_demand(void *cookie, char *buffer, size_t size) {
  (void)cookie;
  if (text_position == text_length && !ended) supply();
  int available = text_length - text_position;
  int count = available < (int)size ? available : (int)size;
  memcpy(buffer, text + text_position, (size_t)count);
  text_position += count;
  return count;
}

/* ---- interposed readers: weak, so that a program's own function of the same name stays its own ------------ */

#define INTERPOSED __attribute__((weak))

extern int __isoc99_vfscanf(FILE *, const char *, va_list);

static int scan(FILE *stream, const char *format, va_list arguments) {
  int on_demand = strategy.active && stream == stdin;
  if (on_demand) parse_format(format);
  int result = __isoc99_vfscanf(stream, format, arguments);
  if (on_demand) demand.kind = DEMAND_LINE;
  return result;
}

/* By assembler name: the headers redirect scanf itself to one of its versions, depending on the C standard. */
#define INTERPOSE_SCANF(id, symbol, parameters, last, stream) \
  int gepo_##id parameters __asm__(symbol);                   \
  INTERPOSED int gepo_##id parameters {                       \
    va_list arguments;                                        \
    va_start(arguments, last);                                \
    int result = scan(stream, format, arguments);             \
    va_end(arguments);                                        \
    return result;                                            \
  }

#define FORMAT_ONLY (const char *format, ...)
#define STREAM_AND_FORMAT (FILE *stream, const char *format, ...)
INTERPOSE_SCANF(scanf, "scanf", FORMAT_ONLY, format, stdin)
INTERPOSE_SCANF(scanf99, "__isoc99_scanf", FORMAT_ONLY, format, stdin)
INTERPOSE_SCANF(scanf23, "__isoc23_scanf", FORMAT_ONLY, format, stdin)
INTERPOSE_SCANF(fscanf, "fscanf", STREAM_AND_FORMAT, format, stream)
INTERPOSE_SCANF(fscanf99, "__isoc99_fscanf", STREAM_AND_FORMAT, format, stream)
INTERPOSE_SCANF(fscanf23, "__isoc23_fscanf", STREAM_AND_FORMAT, format, stream)

INTERPOSED ssize_t read(int descriptor, void *buffer, size_t size) {
  if (strategy.active && descriptor == 0) return read_on_demand(NULL, buffer, size);
  extern ssize_t __read(int, void *, size_t);
  return __read(descriptor, buffer, size);
}

/* ---- start ------------------------------------------------------------------------------------------------ */

const char *gepo_recorded_stdin(uint32_t *length) {
  *length = (uint32_t)text_position;
  return text;
}

__attribute__((constructor)) static void start_on_demand(void) {
  const char *seed = getenv("GEPO_SEED");
  if (seed == NULL) return;
  random_state = strtoull(seed, NULL, 10);
  const char *size = getenv("GEPO_SIZE");
  strategy.size = size && *size >= '0' && *size <= '9' ? *size - '0' : 0;
  char *list = getenv("GEPO_NUMBERS");
  if (list) number_count = split(list, numbers);
  list = getenv("GEPO_WORDS");
  if (list) word_count = split(list, words);
  list = getenv("GEPO_CHARS");
  if (list) chars_of_source = list;
  draw_strategy();
  if (getenv("GEPO_CONTINUE")) take_beginning();
  strategy.active = 1;
  FILE *stream = fopencookie(NULL, "r", (cookie_io_functions_t){.read = read_on_demand});
  if (stream == NULL) abort();
  /* A read gives one byte. What is recorded is then what the program has consumed, except for one char. */
  setvbuf(stream, NULL, _IONBF, 0);
  stdin = stream;
}
