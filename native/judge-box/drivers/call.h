// What calls the answer, and reads and writes values of its types. It stands behind the answer in the same file, so
// nothing of it is in the answer's way, and it includes nothing. What the answer has is looked up from outside: in the
// global namespace itself, which hides what `using namespace std` brings along.
//
// Before it (src/judge/languages/cpp.ts): #undef of every word in here, then GEPO_NAME, the function; GEPO_SOLUTION
// where it is a method of the class Solution; GEPO_CALLS, the calls' forms: Call<Types<...>, ...>, ... with a list for
// each argument of the types that a caller could pass, the likeliest first.
namespace std {
template <class>
struct tuple_size;
}

namespace gepo_call {

using Size = decltype(sizeof(0));

// ---- call.c ----

enum class Kind : int { none, flag, number, text, list, record, key };
struct Value;
unsigned long arguments() __asm__("gepo_arguments");
const Value* argument(unsigned long) __asm__("gepo_argument");
Kind kind(const Value*) __asm__("gepo_kind");
unsigned long size(const Value*) __asm__("gepo_size");
const Value* item(const Value*, unsigned long) __asm__("gepo_item");
const Value* key(const Value*, unsigned long) __asm__("gepo_key");
char* text(const Value*) __asm__("gepo_text");
bool flag(const Value*) __asm__("gepo_flag");
bool whole(const Value*, bool*, unsigned __int128*) __asm__("gepo_whole");
long double number(const Value*) __asm__("gepo_number");
[[noreturn]] void misfit(const Value*) __asm__("gepo_misfit");
void put(const char*) __asm__("gepo_put");
void put_whole(bool, unsigned __int128) __asm__("gepo_put_whole");
void put_number(double, bool) __asm__("gepo_put_number");
void put_text(const char*, unsigned long) __asm__("gepo_put_text");
// For it.
void call_answer() __asm__("gepo_call_answer");

// ---- types ----

template <class...>
using Void = void;
template <class T>
struct Plain {
  using Type = T;
};
template <class T>
struct Plain<T&> : Plain<T> {};
template <class T>
struct Plain<T&&> : Plain<T> {};
template <class T>
struct Plain<const T> : Plain<T> {};
template <class T>
struct Plain<const T[]> : Plain<const T*> {};
template <class T, Size count>
struct Plain<const T[count]> : Plain<const T*> {};
template <class T>
struct Plain<T[]> : Plain<T*> {};
template <class T, Size count>
struct Plain<T[count]> : Plain<T*> {};
// What a parameter or a result of a type is kept in.
template <class T>
using Kept = typename Plain<T>::Type;

template <class A, class B>
constexpr bool same = false;
template <class A>
constexpr bool same<A, A> = true;

template <class T, class... Others>
constexpr bool one_of = (same<T, Others> || ...);
template <class T>
constexpr bool is_whole =
    one_of<T, signed char, unsigned char, short, unsigned short, int, unsigned, long, unsigned long, long long,
           unsigned long long, __int128, unsigned __int128, wchar_t, char16_t, char32_t>;
template <class T>
constexpr bool is_float = one_of<T, float, double, long double>;

template <class T>
T& some();

#define GEPO_HAS(name, ...)        \
  template <class T, class = void> \
  constexpr bool name = false;     \
  template <class T>               \
  constexpr bool name<T, Void<decltype(__VA_ARGS__)>> = true;
GEPO_HAS(has_items, some<T>().begin() != some<T>().end(), some<typename T::value_type>())
GEPO_HAS(has_places, some<T>()[0], some<T>().data(), some<T>().size())
GEPO_HAS(has_parts, std::tuple_size<T>::value)
GEPO_HAS(has_keys, some<typename T::mapped_type>(), some<T>()[some<typename T::key_type>()])
GEPO_HAS(may_be_empty, some<T>().has_value(), *some<T>())
GEPO_HAS(takes_last, some<T>().push_back(some<typename T::value_type>()))
GEPO_HAS(takes_any, some<T>().insert(some<typename T::value_type>()))
GEPO_HAS(takes_one, some<T>().push(some<typename T::value_type>()))
GEPO_HAS(has_top, some<T>().top(), some<T>().pop())
GEPO_HAS(has_front, some<T>().front(), some<T>().pop())

template <class T, class = void>
constexpr bool is_text = false;
template <class T>
constexpr bool is_text<T, Void<typename T::value_type, decltype(some<T>().data())>> =
    same<Kept<typename T::value_type>, char> && __is_constructible(T, const char*, Size);

template <class>
constexpr bool unknown = false;
// So that it can be named; those of the library are found beside their arguments.
struct Nothing {};
template <Size>
void get(Nothing);

inline const Value* expect(const Value* value, Kind wanted) {
  if (kind(value) != wanted) misfit(value);
  return value;
}

template <Size... places>
struct Places {};
template <Size count, Size... places>
struct Count : Count<count - 1, count - 1, places...> {};
template <Size... places>
struct Count<0, places...> {
  using Type = Places<places...>;
};

template <class T>
T read(const Value* value);
template <class T>
void write(const T& value);

template <class T>
T read_whole(const Value* value) {
  bool is_negative;
  unsigned __int128 magnitude;
  if (!whole(value, &is_negative, &magnitude)) misfit(value);
  const T result = static_cast<T>(is_negative ? -magnitude : magnitude);
  // As it was only if nothing was cut off.
  const bool kept = (result < 0) == (is_negative && magnitude != 0);
  if (!kept ||
      (result < 0 ? -static_cast<unsigned __int128>(result) : static_cast<unsigned __int128>(result)) != magnitude)
    misfit(value);
  return result;
}

template <class T, Size... places>
T read_parts(const Value* value, Places<places...>) {
  if (size(value) != sizeof...(places)) misfit(value);
  return T{read<Kept<decltype(get<places>(some<T>()))>>(item(value, places))...};
}

template <class T>
T read_places(const Value* value) {
  T result{};
  if (size(value) != result.size()) misfit(value);
  for (Size i = 0; i < size(value); i++) result[i] = read<Kept<decltype(result[0])>>(item(value, i));
  return result;
}

template <class T>
T read_items(const Value* value) {
  using Item = typename T::value_type;
  T result;
  for (Size i = 0; i < size(value); i++) {
    if constexpr (takes_last<T>) result.push_back(read<Item>(item(value, i)));
    else if constexpr (takes_any<T>) result.insert(read<Item>(item(value, i)));
    else result.push(read<Item>(item(value, i)));
  }
  return result;
}

template <class T>
T read_record(const Value* value) {
  T result;
  for (Size i = 0; i < size(value); i++)
    result[read<typename T::key_type>(key(value, i))] = read<typename T::mapped_type>(item(value, i));
  return result;
}

template <class T>
T* read_array(const Value* value) {
  T* result = new T[size(value) + 1]();
  for (Size i = 0; i < size(value); i++) result[i] = read<T>(item(value, i));
  return result;
}

template <class P>
struct Pointer {
  static constexpr bool is_one = false;
};
template <class T>
struct Pointer<T*> {
  static constexpr bool is_one = true;
  using Target = T;
};

template <class T>
T read(const Value* value) {
  if constexpr (same<T, bool>) return flag(value);
  else if constexpr (same<T, char>) {
    const char* const one = text(value);
    if (size(value) != 1) misfit(value);
    return *one;
  } else if constexpr (is_whole<T>) return read_whole<T>(value);
  else if constexpr (is_float<T>) return static_cast<T>(number(value));
  else if constexpr (is_text<T>) return T(static_cast<const char*>(text(value)), size(value));
  else if constexpr (may_be_empty<T>) {
    if (kind(value) == Kind::none) return T();
    return T(read<Kept<decltype(*some<T>())>>(value));
  } else if constexpr (same<T, char*> || same<T, const char*>) return text(value);
  else if constexpr (Pointer<T>::is_one)
    return read_array<Kept<typename Pointer<T>::Target>>(expect(value, Kind::list));
  else if constexpr (has_keys<T>) return read_record<T>(expect(value, Kind::record));
  else if constexpr (has_places<T> && has_parts<T>) return read_places<T>(expect(value, Kind::list));
  else if constexpr (has_parts<T>)
    return read_parts<T>(expect(value, Kind::list), typename Count<std::tuple_size<T>::value>::Type());
  else if constexpr (takes_last<T> || takes_any<T> || takes_one<T>) return read_items<T>(expect(value, Kind::list));
  else static_assert(unknown<T>, "no argument of a test is of this type");
}

template <class T>
void write_key(const T& value) {
  const bool quoted = !is_text<T> && !same<T, char> && !same<T, const char*> && !same<T, char*>;
  if (quoted) put("\"");
  write(value);
  if (quoted) put("\"");
}

template <class T, Size... places>
void write_parts(const T& value, Places<places...>) {
  const char* before = "[";
  ((put(before), write<Kept<decltype(get<places>(value))>>(get<places>(value)), before = ","), ...);
  put(sizeof...(places) == 0 ? "[]" : "]");
}

template <class T>
void write(const T& value) {
  if constexpr (same<T, bool>) put(value ? "true" : "false");
  else if constexpr (same<T, char>) put_text(&value, 1);
  else if constexpr (is_whole<T>)
    put_whole(value < 0, value < 0 ? -static_cast<unsigned __int128>(value) : static_cast<unsigned __int128>(value));
  else if constexpr (is_float<T>) put_number(static_cast<double>(value), same<T, float>);
  else if constexpr (is_text<T>) put_text(value.data(), value.size());
  else if constexpr (same<T, char*> || same<T, const char*>) {
    if (value) put_text(value, __builtin_strlen(value));
    else put("null");
  } else if constexpr (may_be_empty<T>) {
    if (value.has_value()) write<Kept<decltype(*some<const T>())>>(*value);
    else put("null");
  } else if constexpr (has_keys<T>) {
    put("{");
    const char* before = "";
    for (auto& item : value) {
      put(before);
      write_key<typename T::key_type>(item.first);
      put(":");
      write<typename T::mapped_type>(item.second);
      before = ",";
    }
    put("}");
  } else if constexpr (has_items<T>) {
    put("[");
    const char* before = "";
    for (const typename T::value_type& item : value) {
      put(before);
      write<typename T::value_type>(item);
      before = ",";
    }
    put("]");
  } else if constexpr (has_parts<T>) write_parts(value, typename Count<std::tuple_size<T>::value>::Type());
  else if constexpr (has_top<T> || has_front<T>) {
    put("[");
    const char* before = "";
    for (T left = value; !left.empty(); left.pop()) {
      put(before);
      if constexpr (has_top<T>) write<typename T::value_type>(left.top());
      else write<typename T::value_type>(left.front());
      before = ",";
    }
    put("]");
  } else static_assert(unknown<T>, "no result of a test is of this type");
}

// ---- the function ----

// Its parameters, where they are told by its declaration.
template <class... Parameters>
struct Declared {};
// Overloads and templates: what is passed chooses.
struct Chosen {};

template <class Tag, class R, class... A>
Declared<A...> parameters(R (*)(A...));
template <class Tag, class R, class... A>
Declared<A...> parameters(R (**)(A...));
template <class Tag, class R, class S, class... A>
Declared<A...> parameters(R (S::*)(A...));
template <class Tag, class R, class S, class... A>
Declared<A...> parameters(R (S::*)(A...) const);
// A variable: of a lambda's type, a std::function.
template <class Tag, class Callable>
auto parameters(Callable*) -> decltype(parameters<Tag>(&Callable::operator()));

#ifdef GEPO_SOLUTION
}  // namespace gepo_call
struct Solution;
namespace gepo_call {
#define GEPO_TARGET ::Solution::GEPO_NAME
template <class Tag>
struct Target {
  static Tag& solution() {
    static Tag the_solution{};
    return the_solution;
  }
  template <class... A>
  static auto call(A&&... values) -> decltype(some<Tag>().GEPO_NAME(static_cast<A&&>(values)...)) {
    return solution().GEPO_NAME(static_cast<A&&>(values)...);
  }
};
using TheTarget = Target<::Solution>;
template <class Tag, class = void>
struct Told {
  using Type = Chosen;
};
template <class Tag>
struct Told<Tag, Void<decltype(parameters<Tag>(&Tag::GEPO_NAME))>> {
  using Type = decltype(parameters<Tag>(&Tag::GEPO_NAME));
};
using TheParameters = typename Told<::Solution>::Type;
#else
struct TheTarget {
  template <class... A>
  static auto call(A&&... values) -> decltype(::GEPO_NAME(static_cast<A&&>(values)...)) {
    return ::GEPO_NAME(static_cast<A&&>(values)...);
  }
};
template <class Tag, class = void>
struct Told {
  using Type = Chosen;
};
template <class Tag>
struct Told<Tag, Void<decltype(parameters<Tag>(&::GEPO_NAME))>> {
  using Type = decltype(parameters<Tag>(&::GEPO_NAME));
};
using TheParameters = typename Told<TheTarget>::Type;
#endif

// ---- the call ----

template <class...>
struct Types {};
// What is passed, and how: `T&` as a variable, `T` as a value.
template <class... Passed>
struct Passing {};

template <class T, class = void, class... Passed>
constexpr bool accepts = false;
template <class T, class... Passed>
constexpr bool accepts<T, Void<decltype(T::call(static_cast<Passed&&>(some<Kept<Passed>>())...))>, Passed...> = true;

template <class T>
struct Held {
  Kept<T> value;
};
template <Size place, class T>
struct Slot : Held<T> {};
template <Size place, class T>
T&& pass(Slot<place, T>& slot) {
  return static_cast<T&&>(slot.value);
}

template <class P, class I>
struct Run;
template <class... Passed, Size... places>
struct Run<Passing<Passed...>, Places<places...>> {
  struct Slots : Slot<places, Passed>... {};
  static void now() {
    Slots slots{Slot<places, Passed>{{read<Kept<Passed>>(argument(places))}}...};
    using Result = decltype(TheTarget::call(pass<places>(slots)...));
    if constexpr (same<Result, void>) {
      TheTarget::call(pass<places>(slots)...);
      put("null");
    } else {
      Result&& result = TheTarget::call(pass<places>(slots)...);
      write<Kept<Result>>(result);
    }
  }
};
template <class... Passed>
void run(Passing<Passed...>) {
  Run<Passing<Passed...>, typename Count<sizeof...(Passed)>::Type>::now();
}

// Of the first `count` parameters.
template <bool is_done, Size count, class Taken, class Left>
struct First;
template <class... Taken, class Left>
struct First<true, 0, Types<Taken...>, Left> {
  using Type = Passing<Taken...>;
};
template <Size count, class... Taken, class One, class... Left>
struct First<false, count, Types<Taken...>, Types<One, Left...>>
    : First<count == 1, count - 1, Types<Taken..., One>, Types<Left...>> {};

// The first combination of candidates that the function takes, each as a variable or else as a value.
struct NoWay {};
template <class Passed, class... Lists>
struct Search;
template <class... Passed>
struct Search<Types<Passed...>> {
  static auto found() {
    if constexpr (accepts<TheTarget, void, Passed&...>) return Passing<Passed&...>();
    else if constexpr (accepts<TheTarget, void, Passed...>) return Passing<Passed...>();
    else return NoWay();
  }
};
template <class... Passed, class... Lists>
struct Search<Types<Passed...>, Types<>, Lists...> {
  static auto found() { return NoWay(); }
};
template <class... Passed, class One, class... Others, class... Lists>
struct Search<Types<Passed...>, Types<One, Others...>, Lists...> {
  static auto found() {
    using Way = decltype(Search<Types<Passed..., One>, Lists...>::found());
    if constexpr (same<Way, NoWay>) return Search<Types<Passed...>, Types<Others...>, Lists...>::found();
    else return Way();
  }
};

template <class... Lists>
struct Call {
  template <class... Parameters>
  static auto way(Declared<Parameters...>) {
    if constexpr (sizeof...(Lists) > sizeof...(Parameters)) return NoWay();
    else return checked(typename First<sizeof...(Lists) == 0, sizeof...(Lists), Types<>, Types<Parameters...>>::Type());
  }
  static auto way(Chosen) { return Search<Types<>, Lists...>::found(); }

  template <class... Passed>
  static auto checked(Passing<Passed...>) {
    if constexpr (accepts<TheTarget, void, Passed...>) return Passing<Passed...>();
    else return NoWay();
  }

  static bool run_if_it_is() {
    if (arguments() != sizeof...(Lists)) return false;
    using Way = decltype(way(TheParameters()));
    static_assert(!same<Way, NoWay>, "the function takes other arguments than the tests pass");
    if constexpr (!same<Way, NoWay>) run(Way());
    return true;
  }
};

template <class... Calls>
void run_one_of(Types<Calls...>) {
  (Calls::run_if_it_is() || ...);
}

void call_answer() { run_one_of(Types<GEPO_CALLS>()); }

}  // namespace gepo_call
