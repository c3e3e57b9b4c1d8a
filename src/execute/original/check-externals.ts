/**
 * O0 IR of an original in, the reason why a unit with it cannot be pure out: what it calls, defines or declares
 * beyond computing an output from an input. O0 shows every call that the source has, dead ones included.
 * This names reasons early; it is the sandbox, not this list, that keeps anything from happening.
 */

/** C library functions whose results depend on their arguments, standard input and memory alone. */
const PURE = new Set(
  `printf fprintf sprintf snprintf vprintf vfprintf vsprintf vsnprintf puts fputs putchar putc fputc putchar_unlocked
  putc_unlocked fputc_unlocked fputs_unlocked fwrite fwrite_unlocked perror dprintf putw putwchar putwc fputwc fputws wprintf fwprintf swprintf
  scanf fscanf sscanf vscanf vfscanf vsscanf getchar getc fgetc getchar_unlocked getc_unlocked fgetc_unlocked ungetc gets fgets
  fgets_unlocked fread fread_unlocked getline getdelim getw getwchar getwc fgetwc fgetws wscanf fwscanf swscanf feof ferror clearerr feof_unlocked
  fflush setbuf setvbuf setlinebuf rewind fseek ftell fileno read write
  malloc calloc realloc reallocarray free aligned_alloc posix_memalign memalign exit abort atexit abs labs llabs div ldiv lldiv
  atoi atol atoll atof strtol strtoll strtoul strtoull strtod strtof strtold strtoq strtouq qsort qsort_r bsearch
  lfind lsearch tsearch tfind tdelete twalk tdestroy hcreate hsearch hdestroy insque remque
  mblen mbtowc wctomb mbstowcs wcstombs mbrtowc wcrtomb mbsrtowcs wcsrtombs mbrlen mbsinit btowc wctob
  memcpy memmove memset memcmp memchr memrchr mempcpy memccpy memmem rawmemchr bcopy bzero bcmp
  strcpy strncpy strlcpy strlcat strcat strncat strcmp strncmp strcasecmp strncasecmp strcoll strxfrm strchr strrchr strchrnul
  strstr strcasestr strpbrk strspn strcspn strtok strtok_r strsep strlen strnlen strdup strndup stpcpy stpncpy strrev index rindex
  ffs ffsl ffsll
  isalnum isalpha isblank iscntrl isdigit isgraph islower isprint ispunct isspace isupper isxdigit isascii toascii tolower toupper
  iswalnum iswalpha iswblank iswcntrl iswdigit iswgraph iswlower iswprint iswpunct iswspace iswupper iswxdigit towlower towupper
  wcscpy wcsncpy wcscat wcsncat wcscmp wcsncmp wcschr wcsrchr wcsstr wcstok wcslen wcsnlen wmemcpy wmemmove wmemset wmemcmp wmemchr
  wcstol wcstoll wcstoul wcstoull wcstod wcsspn wcscspn wcspbrk wcsdup
  sin cos tan asin acos atan atan2 sinh cosh tanh asinh acosh atanh sincos exp exp2 exp10 expm1 log log2 log10 log1p logb ilogb pow pow10
  sqrt cbrt hypot fabs fmod remainder remquo drem fma fmax fmin fdim ceil floor trunc round lround llround rint lrint llrint nearbyint
  modf frexp ldexp scalbn scalbln copysign nan nextafter nexttoward erf erfc lgamma tgamma gamma j0 j1 jn y0 y1 yn significand finite isnan isinf
  cabs carg cexp clog cpow csqrt creal cimag conj csin ccos ctan
  imaxabs imaxdiv strtoimax strtoumax
  stdin stdout stderr signgam
  __ctype_b_loc __ctype_tolower_loc __ctype_toupper_loc __ctype_get_mb_cur_max __errno_location __assert_fail __assert
  __fpclassify __fpclassifyf __fpclassifyl __isnan __isnanf __isinf __isinff __finite __signbit __signbitf __signbitl __isnanl __isinfl
  __isoc99_scanf __isoc99_fscanf __isoc99_sscanf __isoc99_vscanf __isoc99_vfscanf __isoc99_vsscanf
  __isoc99_wscanf __isoc99_fwscanf __isoc99_swscanf
  __isoc23_scanf __isoc23_fscanf __isoc23_sscanf __isoc23_vscanf __isoc23_vfscanf __isoc23_vsscanf
  __isoc23_strtol __isoc23_strtoll __isoc23_strtoul __isoc23_strtoull __isoc23_strtoimax __isoc23_strtoumax
  __uflow __overflow _IO_getc _IO_putc __strdup __xpg_basename
  __muldc3 __mulsc3 __divdc3 __divsc3 __mulxc3 __divxc3 __powidf2 __powisf2`.split(/\s+/),
)

/** Functions that differ between two runs with the same input, by what they read. */
const NONDETERMINISTIC = new Set(
  `time clock gettimeofday clock_gettime times ftime localtime localtime_r gmtime gmtime_r ctime asctime mktime strftime difftime timespec_get
  rand srand rand_r random srandom initstate setstate drand48 lrand48 mrand48 srand48 erand48 nrand48 jrand48 arc4random getrandom getentropy
  getpid getppid gettid getuid geteuid getenv secure_getenv environ __environ setlocale localeconv getrusage sysconf getcwd gethostname
  pthread_create pthread_join pthread_mutex_lock thrd_create thrd_join strfry memfrob tmpnam mktemp`.split(
    /\s+/,
  ),
)

/**
 * Defining one of these takes the ground from under the harness or the sanitizers, or makes the compiler, which
 * knows the library's own, take the one for the other.
 */
const RESERVED_DEFINITION =
  /^(?:malloc|calloc|realloc|free|aligned_alloc|posix_memalign|memalign|_exit|_Exit|exit|abort|atexit|environ|_start|_init|_fini|stdin|stdout|stderr|v?[fsd]?n?w?printf|puts|fputs|putchar|putc|fputc|write|fwrite|fflush|v?[fs]?scanf|getchar|getc|fgetc|gets|fgets|fread|__.*|gepo_.*)$/

/** ASan puts red zones of at least so many bytes around variables, and none around those that need more. */
const LARGEST_GUARDED_ALIGNMENT = 32

export interface Impurity {
  readonly reason: 'forbidden' | 'nondeterministic' | 'inline-asm'
  readonly detail: string
}

/** Constants of characters; names in quotes stay. */
const STRING = /c"[^"]*"/g

/**
 * The first thing that no pure unit does, or else the first that is not repeatable.
 *
 * @example findImpurity('declare i64 @time(ptr noundef)') // {reason: 'nondeterministic', detail: 'calls time'}
 */
export function findImpurity(ir: string): Impurity | undefined {
  const found = ir.split('\n').flatMap((line) => checkLine(line) ?? [])
  return found.find(({ reason }) => reason !== 'nondeterministic') ?? found[0]
}

function checkLine(line: string): Impurity | undefined {
  if (line.startsWith('attributes ') && LOOSE_FUNCTION.test(line))
    return { reason: 'nondeterministic', detail: 'floats that may be rounded in several ways' }
  if (line.startsWith('module asm')) return { reason: 'inline-asm', detail: 'file-scope assembly' }
  if (line.startsWith(' ')) return checkInstruction(line)
  const bare = line.replaceAll(STRING, '""')
  const [, keyword, name] = /^(declare|define|(?=@))(?:.*? )??@("[^"]*"|[-$.\w]+)(?: = |\()/.exec(line) ?? []
  if (keyword === undefined || name === undefined) return undefined
  if (name.startsWith('"')) return forbidden(`gives a symbol the name ${name} by an assembler label`)
  if (/[ ,]section "/.test(bare)) return forbidden(`puts ${name} into a section of its own`)
  if (name === 'llvm.global_ctors' || name === 'llvm.global_dtors')
    return forbidden('a constructor or destructor function runs outside main')
  if (keyword === '' && Number(/, align (\d+)/.exec(bare)?.[1]) > LARGEST_GUARDED_ALIGNMENT)
    return forbidden(`aligns ${name} so that ASan does not guard it`)
  if (keyword === 'declare') return name.startsWith('llvm.') ? checkIntrinsic(name) : checkExternal(name)
  const linkage = keyword === 'define' ? bare : bare.slice(bare.indexOf(' = ') + 3)
  if (/\b(?:alias|ifunc)\b/.test(linkage)) return forbidden(`alias ${name}`)
  if (/^(?:external|extern_weak) /.test(linkage)) return checkExternal(name)
  if (/\b(?:weak|weak_odr|linkonce|linkonce_odr)\b/.test(linkage))
    return forbidden(`weak definition of ${name}`)
  if (/\b(?:private|internal|appending)\b/.test(linkage)) return undefined
  return RESERVED_DEFINITION.test(name) ? forbidden(`redefines ${name}`) : undefined
}

/** Of floating-point instructions: LLVM may give any of several results. */
const LOOSE_FLOATS =
  /^ +(?:%\S+ = )?(?:tail |musttail |notail )?(?:fadd|fsub|fmul|fdiv|frem|fneg|fcmp|phi|select|call)(?: \w+)*? (?:fast|reassoc|nsz|arcp|contract|afn) /
const LOOSE_FUNCTION = /"(?:unsafe|no-nans|no-infs|no-signed-zeros|approx-func)-fp-math"="true"/

function checkInstruction(line: string): Impurity | undefined {
  if (LOOSE_FLOATS.test(line))
    return { reason: 'nondeterministic', detail: 'floats that may be rounded in several ways' }
  if (!line.includes('call ')) return undefined
  if (/\bcall\b.* asm /.test(line.replaceAll(STRING, '""')))
    return { reason: 'inline-asm', detail: line.trim().slice(0, 120) }
  const [, name, descriptor] = /@(read|write|dprintf)\(i32 noundef ([^,)]+)/.exec(line) ?? []
  if (name === undefined || /^[012]$/.test(descriptor!)) return undefined
  return forbidden(`${name} on a descriptor that is not 0, 1 or 2`)
}

const forbidden = (detail: string): Impurity => ({ reason: 'forbidden', detail })

function checkExternal(name: string): Impurity | undefined {
  if (PURE.has(name) || PURE.has(name.replace(/[fl]$/, ''))) return undefined
  if (NONDETERMINISTIC.has(name)) return { reason: 'nondeterministic', detail: `calls ${name}` }
  return forbidden(`needs ${name}, which is not a pure C library function`)
}

function checkIntrinsic(name: string): Impurity | undefined {
  if (
    /^llvm\.(?:readcyclecounter|readsteadycounter|(?:read|write)_(?:volatile_)?register|(?:get|set)\.(?:rounding|fpenv|fpmode)|experimental\.constrained|thread\.pointer|returnaddress|frameaddress|addressofreturnaddress|sponentry|eh\.|get\.dynamic)/.test(
      name,
    )
  ) {
    return { reason: 'nondeterministic', detail: `uses ${name}` }
  }
  return undefined
}
