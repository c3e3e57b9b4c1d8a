// What calls the answer in C. It stands behind the answer's last line, includes nothing, and asks the compiler for the
// types of the function's parameters and of its result: as numbers, which call-c.c reads.
//
// Around it (src/judge/languages/c-call.ts): every word in here means what it means to C, and behind it again what it
// means to the answer, whose own text declares the parameters once more.

struct gepo_none {
  char nothing;
};

#define GEPO_DECAYS(x) (__builtin_classify_type(x) == 5)
#define GEPO_OR_NONE(x) __builtin_choose_expr(GEPO_DECAYS(x), (x), (struct gepo_none*)0)
// An array within an array is no pointer that lies in memory.
#define GEPO_IS_POINTER(x) \
  (GEPO_DECAYS(x) && __builtin_types_compatible_p(__typeof__(GEPO_OR_NONE(x)), __typeof__(&*GEPO_OR_NONE(x))))
// What a pointer points at; something else, of no use, for what is none.
#define GEPO_AT(x) \
  (*_Generic(GEPO_OR_NONE(x), void*: (struct gepo_none*)0, const void*: (struct gepo_none*)0, default: GEPO_OR_NONE(x)))

#define GEPO_DEPTH(x)                                                                        \
  (GEPO_IS_POINTER(x) + GEPO_IS_POINTER(GEPO_AT(x)) + GEPO_IS_POINTER(GEPO_AT(GEPO_AT(x))) + \
   GEPO_IS_POINTER(GEPO_AT(GEPO_AT(GEPO_AT(x)))))
// Places of the table in call-c.c; 0 for what no test has.
#define GEPO_SCALAR(x)        \
  _Generic((x),               \
      _Bool: 1,               \
      char: 2,                \
      signed char: 3,         \
      unsigned char: 4,       \
      short: 5,               \
      unsigned short: 6,      \
      int: 7,                 \
      unsigned: 8,            \
      long: 9,                \
      unsigned long: 10,      \
      long long: 11,          \
      unsigned long long: 12, \
      __int128: 13,           \
      unsigned __int128: 14,  \
      float: 15,              \
      double: 16,             \
      long double: 17,        \
      default: 0)
#define GEPO_BASE(x)                                                \
  (GEPO_DEPTH(x) == 0   ? GEPO_SCALAR(x)                            \
   : GEPO_DEPTH(x) == 1 ? GEPO_SCALAR(GEPO_AT(x))                   \
   : GEPO_DEPTH(x) == 2 ? GEPO_SCALAR(GEPO_AT(GEPO_AT(x)))          \
   : GEPO_DEPTH(x) == 3 ? GEPO_SCALAR(GEPO_AT(GEPO_AT(GEPO_AT(x)))) \
                        : 0)
#define GEPO_TYPE(x) (32 * GEPO_DEPTH(x) + GEPO_BASE(x))

#define GEPO_IS_VOID(call) __builtin_types_compatible_p(__typeof__(call), void)
// Makes the call, which stands in here several times, once.
#define GEPO_CALL(call)                                                          \
  __typeof__(__builtin_choose_expr(GEPO_IS_VOID(call), 0, (call))) gepo_result = \
      __builtin_choose_expr(GEPO_IS_VOID(call), ((call), 0), (call));            \
  gepo_put_result(&gepo_result);
#define GEPO_RESULT_TYPE(call) \
  (GEPO_IS_VOID(call) ? -1 : GEPO_TYPE(__builtin_choose_expr(GEPO_IS_VOID(call), 0, (call))))
#define GEPO_SLOT(x, place) (*(__typeof__(x)*)gepo_slots[place])

void gepo_read_arguments(const int* types, int count, int result, void** slots);
void gepo_put_result(const void* result);
