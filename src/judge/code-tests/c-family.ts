/**
 * A test in C or C++ behind an answer in it: one file, in which the answer's `main` has another name and no macro of the
 * answer means anything to the test, linked with a driver that runs the test's `main`.
 */
import { randomBytes } from 'node:crypto'
import type { CodeTest } from '../../records/suite.ts'
import type { BoxFile } from '../box-frames.ts'
import { callDriver } from '../call-driver.ts'
import { blankTexts, withoutStrayBraces } from './blank-texts.ts'

const DRIVER = 'code-test.c'

export interface CFamilyTest {
  readonly files: readonly BoxFile[]
  /** Arguments of the compiler of C for the driver, which is to be linked first, as `driver.o`. */
  readonly driverArguments: readonly string[]
  readonly linkArguments: readonly string[]
}

/** Keywords, and functions of the library that tests compare by: as macros they would be the answer's. */
const NOT_MACROS = [
  ...['if', 'else', 'for', 'while', 'do', 'switch', 'case', 'default', 'break', 'continue', 'return', 'goto'],
  ...['int', 'char', 'long', 'short', 'float', 'double', 'void', 'signed', 'unsigned', 'const', 'static'],
  ...['struct', 'union', 'enum', 'typedef', 'sizeof', 'extern', 'inline', 'volatile', 'auto', 'main', 'exit'],
  ...['abs', 'labs', 'llabs', 'fabs', 'fabsf', 'strcmp', 'strncmp', 'memcmp', 'strlen', 'abort', 'printf'],
  ...['fprintf', 'malloc', 'free', 'round', 'floor', 'ceil', 'pow', 'sqrt', '_exit', '_Exit', 'quick_exit'],
  'assert',
]
const NOT_MACROS_OF_CPP = [
  ...['bool', 'true', 'false', 'class', 'template', 'typename', 'using', 'namespace', 'std', 'throw', 'try'],
  ...['catch', 'operator', 'new', 'delete', 'static_cast', 'const_cast', 'nullptr'],
  ...['vector', 'string', 'map', 'set', 'pair', 'tuple', 'equal', 'all_of', 'any_of', 'is_same', 'constexpr'],
]

const INCLUDE = /^[ \t]*#[ \t]*include\b.*$/gm
const ASSERT_HEADER = /<\s*(?:assert\.h|cassert)\s*>/

export function cFamilyTest(code: string, test: CodeTest, language: 'c' | 'cpp'): CFamilyTest {
  const [fail, end, begin, ownMain, space] = Array.from(
    { length: 5 },
    () => `gepo_${randomBytes(8).toString('hex')}`,
  )
  const text = withoutStrayBraces(test.code, 'cpp')
  const includes = (text.match(INCLUDE) ?? []).filter((line) => !ASSERT_HEADER.test(line))
  const comparing = language === 'cpp' ? comparison(space!) : []
  const words = new Set(blankTexts([text, ...comparing].join('\n'), 'cpp').match(/[A-Za-z_]\w*/g))
  const taken = [...NOT_MACROS, ...(language === 'cpp' ? NOT_MACROS_OF_CPP : [])]
    .concat(macrosOf(code))
    .filter((word) => words.has(word))
    .map((word) => `#undef ${word}`)
  const asked = language === 'cpp' ? `${space}::GepoBegin() <= condition` : 'condition'
  const linkage = language === 'cpp' ? 'extern "C"' : 'extern'
  const source = [
    `#define main ${ownMain}`,
    `#line 1 "answer"\n${code}`,
    ...['#undef main', ...taken, ...includes, ...taken],
    // In each case the library's own would do, if the answer had not replaced what that calls.
    `${linkage} void ${fail}(const char *, int) __attribute__((noreturn));`,
    `${linkage} void ${end}(int) __attribute__((noreturn));`,
    `${linkage} void ${begin}(void);`,
    ...comparing,
    '#undef assert',
    `#define assert(condition) ((${asked}) ? (void)0 : ${fail}(#condition, __LINE__))`,
    // The name alone is something else in C++: std::exit.
    ...(language === 'c' ? [`#define exit(status) ${end}(status)`] : []),
    `#line 1 "test"\n${withBeginning(text, `${begin}();`).replace(INCLUDE, '')}\n`,
  ]
  return {
    files: [{ path: `answer.${language}`, content: source.join('\n') }, callDriver(DRIVER)],
    driverArguments: [
      '-O2',
      '-w',
      '-c',
      `-DGEPO_FAIL=${fail}`,
      `-DGEPO_END=${end}`,
      `-DGEPO_BEGIN=${begin}`,
      '-o',
      'driver.o',
      DRIVER,
    ],
    linkArguments: ['-Wl,--wrap=main', 'driver.o'],
  }
}

/** Macros of the answer that do more than name a number or a text. */
function macrosOf(code: string): readonly string[] {
  const defined = code
    .replaceAll(/\\\r?\n/g, ' ')
    .matchAll(/^[ \t]*(?:#|%:)[ \t]*define[ \t]+(\w+)(\(?)[ \t]*(.*)$/gm)
  return [...defined]
    .filter(
      ([, , opening, text]) => opening === '(' || !/^[-+]?(?:[\w.]+|"[^"]*")?\s*(?:\/[/*].*)?$/.test(text!),
    )
    .map(([, name]) => name!)
}

/** The call where the test's main begins. */
function withBeginning(test: string, call: string): string {
  const main = /\bmain\s*\([^()]*\)\s*(?:noexcept\s*)?(?:->\s*\w+\s*)?\{/.exec(blankTexts(test, 'cpp'))
  if (main === null) return test
  const at = main.index + main[0].length
  return `${test.slice(0, at)} ${call}${test.slice(at)}`
}

/** In a namespace of a name that is new in each build. */
const comparison = (name: string) => [`namespace ${name} {`, String(callDriver('code-test.h').content), '}']

/** What a program could look into for its test. */
export const removeSources = ({ files }: CFamilyTest): readonly string[] => [
  '/usr/bin/rm',
  ...files.map(({ path }) => path),
  'driver.o',
]
