/**
 * A test in C or C++ behind an answer in it: one file, in which the answer's `main` has another name and no macro of the
 * answer means anything to the test, linked with a driver that runs the test's `main`.
 */
import { randomBytes } from 'node:crypto'
import type { CodeTest } from '../../records/suite.ts'
import type { BoxFile } from '../box-frames.ts'
import { callDriver } from '../call-driver.ts'
import { headersOf, withoutMacros } from './answer-macros.ts'
import { withAskedConditions, withOwnNames } from './asked-conditions.ts'
import { blankTexts, withoutStrayBraces } from './blank-texts.ts'
import { changesLibrary } from './library-namespace.ts'

const DRIVER = 'code-test.c'

export interface CFamilyTest {
  readonly files: readonly BoxFile[]
  /** Arguments of the compiler of C for the driver, which is to be linked first, as `driver.o`. */
  readonly driverArguments: readonly string[]
  readonly linkArguments: readonly string[]
}

const INCLUDE = /^[ \t]*#[ \t]*include\b.*$/gm
const ASSERT_HEADER = /<\s*(?:assert\.h|cassert)\s*>/

/** The answer's own file: no comment, condition or macro call that it leaves open goes on behind its end. */
const ANSWER = 'answer.h'

/** Functions of the library that tests compare by, of which the driver has one of its own. */
const OF_DRIVER = ['memcmp', 'strcmp', 'strncmp', 'strlen']
/** The same of which the compiler has one of its own; in C++ they are templates (code-test.h). */
const OF_COMPILER = ['abs', 'labs', 'llabs', 'fabs', 'fabsf', 'fabsl']
const OF_C_ALONE = [
  ...[
    'sqrt',
    'sqrtf',
    'pow',
    'floor',
    'ceil',
    'round',
    'fmax',
    'fmin',
    'isnan',
    'isinf',
    'isfinite',
    'signbit',
  ],
]
/** What stands before a bracket in a test and is no function that the test is about. */
const CALLS_NOTHING =
  /^(?:if|for|while|switch|return|sizeof|assert|main|not|and|or|int|long|char|bool|float|double|exit|abort|malloc|calloc|free|\w*printf|puts|putchar)$/

export function cFamilyTest(code: string, test: CodeTest, language: 'c' | 'cpp'): CFamilyTest {
  const [fail, end, begin, ownMain, space] = Array.from(
    { length: 5 },
    () => `gepo_${randomBytes(8).toString('hex')}`,
  )
  const isCpp = language === 'cpp'
  const refused = isCpp ? changesLibrary(code) : undefined
  const written = withoutStrayBraces(test.code, 'cpp')
  const includes = (written.match(INCLUDE) ?? []).filter((line) => !ASSERT_HEADER.test(line))
  const begun = withBeginning(written, `${begin}();`).replace(INCLUDE, '')
  const named = withOwnNames(begun, (name) => `${space}_${name}`)
  const text = isCpp ? withAskedConditions(named, { check: `${space}_check`, space: space! }) : named
  const macros = withoutMacros(code, written, language)
  const asked = isCpp ? `${space}::GepoBegin() <= condition` : 'condition'
  const linkage = isCpp ? 'extern "C"' : 'extern'
  const source = [
    ...headersOf(code),
    `#define main ${ownMain}`,
    ...(refused === undefined ? [] : [`#error ${refused}`]),
    `#include "${ANSWER}"`,
    // Ends what the answer's last line may have begun.
    ';',
    '#pragma GCC reset_options',
    ...['#undef main', ...macros, ...includes, ...macros],
    // In each case the library's own would do, if the answer had not replaced what that calls.
    `${linkage} void ${fail}(const char *, int) __attribute__((noreturn));`,
    `${linkage} void ${end}(int) __attribute__((noreturn));`,
    `${linkage} void ${begin}(void);`,
    ...(isCpp ? comparison(space!) : []),
    ...libraryCalls(written, language, space!),
    '#undef assert',
    `#define assert(condition) ((${asked}) ? (void)0 : ${fail}(#condition, __LINE__))`,
    `#define ${space}_check(text, ...) ((__VA_ARGS__) ? (void)0 : ${fail}(text, __LINE__))`,
    // The name alone is something else in C++: std::exit.
    ...(isCpp ? [] : [`#define exit(status) ${end}(status)`]),
    `#line 1 "test"\n${text}\n`,
  ]
  return {
    files: [
      { path: `answer.${language}`, content: source.join('\n') },
      { path: ANSWER, content: `#line 1 "answer"\n${code}\n` },
      callDriver(DRIVER),
    ],
    driverArguments: [
      '-O2',
      '-w',
      '-c',
      `-DGEPO_FAIL=${fail}`,
      `-DGEPO_END=${end}`,
      `-DGEPO_BEGIN=${begin}`,
      `-DGEPO_OWN(name)=${space}_##name`,
      '-o',
      'driver.o',
      DRIVER,
    ],
    linkArguments: ['-Wl,--wrap=main', 'driver.o'],
  }
}

/**
 * Calls of the library in the test as calls of what no answer can have replaced. In a test that calls nothing else they
 * are what it is about, and the answer's.
 */
function libraryCalls(test: string, language: 'c' | 'cpp', space: string): readonly string[] {
  const bare = blankTexts(test, 'cpp')
  const called = new Set(Array.from(bare.matchAll(/\b([A-Za-z_]\w*)\s*\(/g), ([, name]) => name!))
  const known = [...OF_DRIVER, ...OF_COMPILER, ...OF_C_ALONE]
  if (![...called].some((name) => !CALLS_NOTHING.test(name) && !known.includes(name))) return []
  const replace = (name: string, by: string) => [`#undef ${name}`, `#define ${name}(...) ${by}(__VA_ARGS__)`]
  const ofDriver = OF_DRIVER.filter((name) => called.has(name)).flatMap((name) => {
    const own = `${space}_${name}`
    const two =
      name === 'strlen' ? '' : name === 'strcmp' ? ', const char *' : ', const char *, unsigned long'
    const parameters = name === 'memcmp' ? 'const void *, const void *, unsigned long' : `const char *${two}`
    const result = name === 'strlen' ? 'unsigned long' : 'int'
    return [
      `${language === 'cpp' ? 'extern "C"' : 'extern'} ${result} ${own}(${parameters});`,
      ...(language === 'cpp' ? [`namespace std { using ::${own}; }`] : []),
      ...replace(name, own),
    ]
  })
  if (language === 'c')
    return [
      ...ofDriver,
      ...[...OF_COMPILER, ...OF_C_ALONE]
        .filter((name) => called.has(name))
        .flatMap((name) => replace(name, `__builtin_${name}`)),
    ]
  const ofCompiler = OF_COMPILER.filter((name) => called.has(name)).flatMap((name) =>
    replace(name, `${space}_abs`),
  )
  return [
    ...ofDriver,
    ...(ofCompiler.length === 0
      ? []
      : [
          `template <class T> auto ${space}_abs(const T &value) { return ${space}::gepo_abs(value); }`,
          `namespace std { using ::${space}_abs; }`,
        ]),
    ...ofCompiler,
  ]
}

/** The call where the test's main begins. */
function withBeginning(test: string, call: string): string {
  const main = /\bmain\s*\([^()]*\)\s*(?:noexcept\s*)?(?:->\s*\w+\s*)?\{/.exec(blankTexts(test, 'cpp'))
  if (main === null) return test
  const at = main.index + main[0].length
  return `${test.slice(0, at)} ${call}${test.slice(at)}`
}

/** In a namespace of a name that is new in each build. */
const comparison = (name: string) => [
  `extern "C" unsigned long ${name}_draw();`,
  `#define GEPO_DRAW ${name}_draw`,
  `namespace ${name} {`,
  String(callDriver('code-test.h').content),
  '}',
]

/** What a program could look into for its test. */
export const removeSources = ({ files }: CFamilyTest): readonly string[] => [
  '/usr/bin/rm',
  ...files.map(({ path }) => path),
  'driver.o',
]
