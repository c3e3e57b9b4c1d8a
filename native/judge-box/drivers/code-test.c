/*
 * Runs the test in the form of code that is linked with this, and writes the run's word on descriptor 3 if it comes back
 * with 0. Linked first and with --wrap=main.
 *
 * The word is read from descriptor 4 before any other code of the program runs. Nothing here calls a function that the
 * answer could have replaced: it talks to the kernel itself. GEPO_FAIL is a name that is new in each build.
 */
typedef unsigned long word_t;

static char word[33];

static word_t ask(word_t call, word_t a, word_t b, word_t c) {
  word_t result;
#if defined(__x86_64__)
  __asm__ volatile("syscall" : "=a"(result) : "0"(call), "D"(a), "S"(b), "d"(c) : "rcx", "r11", "memory");
#elif defined(__aarch64__)
  register word_t x8 __asm__("x8") = call, x0 __asm__("x0") = a, x1 __asm__("x1") = b, x2 __asm__("x2") = c;
  __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2) : "memory");
  result = x0;
#else
#error "the numbers of system calls are not known here"
#endif
  return result;
}

#if defined(__x86_64__)
enum { READ = 0, WRITE = 1, CLOSE = 3, EXIT_GROUP = 231 };
#else
enum { READ = 63, WRITE = 64, CLOSE = 57, EXIT_GROUP = 94 };
#endif

/* No text that is looked for in memory. */
static void mask(void) {
  for (int i = 0; i < 32; i++) word[i] ^= (char)(0xa5 + 3 * i);
}

static void take_word(void) {
  ask(READ, 4, (word_t)word, 32);
  ask(CLOSE, 4, 0, 0);
  mask();
}
__attribute__((section(".preinit_array"), used)) static void (*const first)(void) = take_word;

static _Noreturn void end(word_t status) {
  for (;;) ask(EXIT_GROUP, status, 0, 0);
}

void GEPO_FAIL(const char* what, int line);
void GEPO_FAIL(const char* what, int line) {
  char text[300] = "line ";
  char digits[12];
  word_t length = 5, count = 0;
  for (int left = line; left > 0 || count == 0; left /= 10) digits[count++] = (char)('0' + left % 10);
  while (count > 0) text[length++] = digits[--count];
  for (const char* at = ": assertion failed: "; *at; at++) text[length++] = *at;
  for (const char* at = what; *at && length < sizeof text - 1; at++) text[length++] = *at;
  text[length++] = '\n';
  ask(WRITE, 2, (word_t)text, length);
  end(134);
}

void GEPO_END(int status);
void GEPO_END(int status) {
  if (status == 0) {
    mask();
    ask(WRITE, 3, (word_t)word, 32);
  }
  end((word_t)(status & 255));
}

/*
 * What comparisons call, in texts and in what the library compares: an answer that has one of these too cannot be linked.
 * Volatile, so that no compiler makes a call of itself of it.
 */
static int compare(const volatile unsigned char* a, const volatile unsigned char* b, word_t count, int ends) {
  for (word_t i = 0; i < count; i++) {
    if (a[i] != b[i]) return a[i] < b[i] ? -1 : 1;
    if (ends && !a[i]) break;
  }
  return 0;
}

int memcmp(const void* a, const void* b, word_t count);
int bcmp(const void* a, const void* b, word_t count);
int strcmp(const char* a, const char* b);
int strncmp(const char* a, const char* b, word_t count);
int memcmp(const void* a, const void* b, word_t count) {
  const word_t *left = a, *right = b;
  word_t same = 0;
  while (same + sizeof(word_t) <= count && ((word_t)a | (word_t)b) % sizeof(word_t) == 0 && *left == *right)
    left++, right++, same += sizeof(word_t);
  return compare((const unsigned char*)a + same, (const unsigned char*)b + same, count - same, 0);
}
int bcmp(const void* a, const void* b, word_t count) { return memcmp(a, b, count); }
int strcmp(const char* a, const char* b) { return compare((const void*)a, (const void*)b, ~0ul, 1); }
int strncmp(const char* a, const char* b, word_t count) { return compare((const void*)a, (const void*)b, count, 1); }

/* The same by names that no answer knows, for what the test itself calls. */
int GEPO_OWN(memcmp)(const void* a, const void* b, word_t count);
int GEPO_OWN(strcmp)(const char* a, const char* b);
int GEPO_OWN(strncmp)(const char* a, const char* b, word_t count);
word_t GEPO_OWN(strlen)(const char* text);
int GEPO_OWN(memcmp)(const void* a, const void* b, word_t count) {
  return compare((const void*)a, (const void*)b, count, 0);
}
int GEPO_OWN(strcmp)(const char* a, const char* b) { return compare((const void*)a, (const void*)b, ~0ul, 1); }
int GEPO_OWN(strncmp)(const char* a, const char* b, word_t count) {
  return compare((const void*)a, (const void*)b, count, 1);
}
word_t GEPO_OWN(strlen)(const char* text) {
  const volatile char* at = text;
  while (*at) at++;
  return (word_t)(at - text);
}

/* What is asked of an answer's own type, and in which order: made of the run's word, so that no answer knows it. */
word_t GEPO_OWN(draw)(void);
word_t GEPO_OWN(draw)(void) {
  static word_t state;
  word_t sum = state += 0x9e3779b97f4a7c15ul;
  for (int i = 0; i < 32; i++) sum = (sum ^ (unsigned char)word[i]) * 0x100000001b3ul;
  return sum ^ sum >> 29;
}

/* Called where the test's main begins: another function of that name is not the test. */
static volatile int has_begun;
void GEPO_BEGIN(void);
void GEPO_BEGIN(void) { has_begun = 1; }

int __real_main(int argc, char** argv, char** environment);
int __wrap_main(int argc, char** argv, char** environment);
int __wrap_main(int argc, char** argv, char** environment) {
  const int status = __real_main(argc, argv, environment);
  if (!has_begun) end(1);
  GEPO_END(status);
  return 1;
}
