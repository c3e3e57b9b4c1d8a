/*
 * Linked into the builds of a unit with ASan: whether the arguments of a call of printf or scanf fit its format. The
 * calls come from ../watch-undefined, which knows how each argument is passed: `i` an integer of 32 bits at most, `l` of
 * 64, `d` a double, `L` a long double, `p` a pointer, `?` anything else.
 *
 * An argument of another class or width than its conversion takes is undefined, and so are one that is missing and a
 * conversion that C and glibc do not have. One of the other sign is fine, as are arguments that nothing takes. What a
 * pointer leads to cannot be seen here.
 */
#include <stddef.h>

_Noreturn void gepo_undefined(const char *what);

enum length { NO_LENGTH, HALF, LONG, LONG_DOUBLE };

struct reader {
  const char *format;
  const char *kinds;
  size_t count, next;
};

static void take(struct reader *arguments, size_t position, char kind) {
  const size_t at = position > 0 ? position - 1 : arguments->next++;
  if (at >= arguments->count) gepo_undefined("fewer arguments than the format asks for");
  if (arguments->kinds[at] != kind) gepo_undefined("an argument of another type than the format asks for");
}

static size_t read_number(const char **at) {
  size_t number = 0;
  for (; **at >= '0' && **at <= '9'; (*at)++) number = number * 10 + (size_t)(**at - '0');
  return number;
}

/* `2$`: the argument's position; 0 and nothing read where there is none. */
static size_t read_position(const char **at) {
  const char *behind = *at;
  const size_t number = read_number(&behind);
  if (number == 0 || *behind != '$') return 0;
  *at = behind + 1;
  return number;
}

static enum length read_length(const char **at) {
  enum length length = NO_LENGTH;
  for (;; (*at)++) switch (**at) {
      case 'h': length = HALF; break;
      case 'l': length = LONG; break;
      case 'q':
      case 'L': length = LONG_DOUBLE; break;
      case 'j':
      case 'z':
      case 'Z':
      case 't': length = LONG; break;
      default: return length;
    }
}

/* Not the library's functions: a unit may have its own of the same name. */
static int is_one_of(char letter, const char *letters) {
  for (; *letters != 0; letters++)
    if (*letters == letter) return 1;
  return 0;
}

static void unknown_conversion(void) { gepo_undefined("a conversion that there is not"); }

/* A width or a precision may be an argument, too. */
static void print_measure(struct reader *arguments) {
  if (*arguments->format != '*') {
    read_number(&arguments->format);
    return;
  }
  arguments->format++;
  take(arguments, read_position(&arguments->format), 'i');
}

static void print_conversion(struct reader *arguments) {
  const size_t position = read_position(&arguments->format);
  while (is_one_of(*arguments->format, "-+ #0'I")) arguments->format++;
  print_measure(arguments);
  if (*arguments->format == '.') {
    arguments->format++;
    if (*arguments->format == '-') arguments->format++;
    print_measure(arguments);
  }
  const enum length length = read_length(&arguments->format);
  const char letter = *arguments->format;
  if (letter == 0) unknown_conversion();
  arguments->format++;
  switch (letter) {
    case 'd':
    case 'i':
    case 'o':
    case 'u':
    case 'x':
    case 'X':
    case 'b':
    case 'B': take(arguments, position, length == LONG || length == LONG_DOUBLE ? 'l' : 'i'); break;
    case 'c':
    case 'C': take(arguments, position, 'i'); break;
    case 'a':
    case 'A':
    case 'e':
    case 'E':
    case 'f':
    case 'F':
    case 'g':
    case 'G': take(arguments, position, length == LONG_DOUBLE ? 'L' : 'd'); break;
    case 's':
    case 'S':
    case 'p':
    case 'n': take(arguments, position, 'p'); break;
    case 'm':
    case '%': break;
    default: unknown_conversion();
  }
}

/* Behind `[`, with the bracket that ends it. */
static void skip_set(const char **at) {
  if (**at == '^') (*at)++;
  if (**at == ']') (*at)++;
  while (**at != 0 && **at != ']') (*at)++;
  if (**at == 0) unknown_conversion();
  (*at)++;
}

static void scan_conversion(struct reader *arguments) {
  const size_t position = read_position(&arguments->format);
  int is_kept = 1;
  for (; *arguments->format == '*' || *arguments->format == '\'' || *arguments->format == 'I'; arguments->format++)
    if (*arguments->format == '*') is_kept = 0;
  read_number(&arguments->format);
  if (*arguments->format == 'm') arguments->format++;
  read_length(&arguments->format);
  const char letter = *arguments->format;
  if (!is_one_of(letter, "diouxXbaAeEfFgGcCsS[pn%")) unknown_conversion();
  arguments->format++;
  if (letter == '[') skip_set(&arguments->format);
  if (is_kept && letter != '%') take(arguments, position, 'p');
}

static void check(const char *format, const char *kinds, void (*conversion)(struct reader *)) {
  if (format == NULL) gepo_undefined("a format that is none");
  struct reader arguments = {format, kinds, 0, 0};
  while (kinds[arguments.count] != 0) arguments.count++;
  while (*arguments.format != 0)
    if (*arguments.format++ == '%') conversion(&arguments);
}

void gepo_check_print_format(const char *format, const char *kinds) { check(format, kinds, print_conversion); }

void gepo_check_scan_format(const char *format, const char *kinds) { check(format, kinds, scan_conversion); }
