/**
 * What GHC says of an answer's instances, and the test as it has understood it, in; why the test would mean something of
 * the answer's by words of the library, out. Pure.
 *
 * GHC's own words are asked, as instances come about in many ways (deriving, `via`, macros) that a text does not show.
 */

/** The answer's module. */
export const ANSWER = 'Answer'
/** The test's. */
export const TEST = 'GepoTest'

/** Writes what {@link refusedInstance} asks for, each on a line however long. */
export const TELLS_INSTANCES = '{-# OPTIONS_GHC -ddump-hi -ddump-to-file -dppr-cols=1000000 #-}'
export const TELLS_MEANING =
  '{-# OPTIONS_GHC -ddump-ds -ddump-to-file -dppr-cols=1000000 -dsuppress-idinfo -dsuppress-coercions -dsuppress-type-applications -dsuppress-type-signatures #-}'

/** Classes by which a literal of the test becomes a value of the type that the answer wants. */
const LITERALS = [
  'Num',
  'Real',
  'Fractional',
  'Integral',
  'RealFrac',
  'Floating',
  'RealFloat',
  'IsString',
  'IsList',
]

/** Where the library has numbers that are equal only where they are: not those of `Data.Monoid.Ap`, or `Data.Fixed`. */
const NUMBERS =
  /^(?:GHC\.[\w.]*|Foreign\.C\.Types|System\.Posix\.Types|Numeric\.Natural|Data\.(?:Complex|Ord|Functor\.Identity|Semigroup\.Internal|Time\.[\w.]*))$/

/** What makes numbers of the answer's of others of the answer's, and of no literal. */
const COMBINES = /(?:^|[\s(])(?:[A-Z]\w*\.)*(?:[-+*/]|negate|abs|signum|recip|(?:sum|product) \S+) \(?$/

/** A name that the compiler has given to an instance that it needs again. */
const NAMES = /(\$d\w+) = \(?$/

const NAME = String.raw`\$f(?:\(,*\)|\(#,*#\)|[^\s()])+`

/**
 * @param instances the lines of the answer's interface that begin with `instance`
 * @param meaning the test's program, in Core
 */
export function refusedInstance(instances: string, meaning: string): string | undefined {
  const known = readInstances(instances)
  for (const name of new Set(meaning.match(new RegExp(String.raw`(?<![\w.])${ANSWER}\.${NAME}`, 'g')))) {
    const { isOwnClass, isOwnType, className } = known.get(name) ?? STRANGE
    if (isOwnClass) continue
    if (!isOwnType) return 'an answer may not say anew what values of the library are to the test'
    if (LITERALS.includes(className) && !onlyCombines(meaning, name, new Set()))
      return "a literal of the test may not be of a type of the answer's own"
  }
  const ofLibrary = new RegExp(String.raw`((?:[A-Z]\w*\.)+)\$f(?:${LITERALS.slice(0, 7).join('|')})`, 'g')
  const odd = [...meaning.matchAll(ofLibrary)]
    .map(([, path]) => path!.slice(0, -1))
    .find((path) => path !== ANSWER && path !== TEST && !NUMBERS.test(path))
  return odd === undefined ? undefined : `a literal of the test may not be of a type of ${odd}`
}

interface Instance {
  readonly isOwnClass: boolean
  /** One of the types that it is for is the answer's own, seen from outside: `Maybe T` is the library's. */
  readonly isOwnType: boolean
  readonly className: string
}

const STRANGE: Instance = { isOwnClass: false, isOwnType: false, className: '' }

function readInstances(text: string): Map<string, Instance> {
  const known = new Map<string, Instance>()
  for (const [, path, types, name] of text.matchAll(
    /^instance (?:\[[\w-]+\] )*(\S+) \[(.*)\]\s*=\s*(\S.*?)\s*$/gm,
  )) {
    const isOwn = (word: string) => word.trim().startsWith(`${ANSWER}.`)
    const instance = {
      isOwnClass: isOwn(path!),
      isOwnType: types!.split(',').some(isOwn),
      className: path!.slice(path!.lastIndexOf('.') + 1),
    }
    // Who says two things of one instance is believed the worse.
    known.set(name!, known.has(name!) ? STRANGE : instance)
  }
  return known
}

function onlyCombines(meaning: string, name: string, seen: Set<string>): boolean {
  if (seen.has(name)) return true
  seen.add(name)
  for (let at = meaning.indexOf(name); at >= 0; at = meaning.indexOf(name, at + 1)) {
    const isMore = /[^\s()]/.test(meaning[at + name.length] ?? ' ')
    const before = meaning.slice(Math.max(0, at - 300), at)
    if (isMore || COMBINES.test(before) || /^ = /.test(meaning.slice(at + name.length))) continue
    const other = NAMES.exec(before)?.[1]
    if (other === undefined || !onlyCombines(meaning, other, seen)) return false
  }
  return true
}
