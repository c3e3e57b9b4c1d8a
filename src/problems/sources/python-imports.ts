/**
 * A Python program of a contest's page in, the same with the imports that it lacks out. Such pages, and the graders of
 * the data sets taken from them, run an answer behind a long list of imports. Only those lines are put in front that
 * give a name which the program uses and nowhere binds, so that a prompt shows a program that stands by itself. A
 * builtin is never shadowed: `from math import *` would make of `pow` another function.
 */

/** What graders have imported, as modules and by name. */
const MODULES = {
  sys: [],
  os: [],
  re: ['findall', 'finditer', 'fullmatch'],
  time: [],
  json: [],
  io: ['StringIO', 'BytesIO'],
  typing: words(
    'List Dict Set FrozenSet Tuple Optional Union Any Iterable Iterator Generator Callable Sequence Mapping Deque DefaultDict',
  ),
  collections: words('Counter OrderedDict defaultdict deque namedtuple ChainMap'),
  heapq: words('heappush heappop heapify heappushpop heapreplace merge nlargest nsmallest'),
  bisect: words('bisect bisect_left bisect_right insort insort_left insort_right'),
  itertools: words(
    'accumulate chain combinations combinations_with_replacement compress count cycle dropwhile filterfalse groupby islice pairwise permutations product repeat starmap takewhile tee zip_longest',
  ),
  functools: words('cache cmp_to_key lru_cache partial reduce total_ordering wraps'),
  math: words(
    'acos asin atan atan2 ceil comb copysign cos degrees dist e exp fabs factorial floor fmod gcd hypot inf isclose isinf isnan isqrt lcm log log10 log1p log2 nan perm pi prod radians sin sqrt tan tau trunc',
  ),
  string: words('ascii_letters ascii_lowercase ascii_uppercase digits hexdigits punctuation whitespace'),
  operator: words('add and_ attrgetter itemgetter mul neg or_ sub truediv xor'),
  copy: words('copy deepcopy'),
  random: words('choice choices randint random randrange sample shuffle uniform'),
  statistics: words('mean median mode stdev'),
  fractions: ['Fraction'],
  decimal: words('Decimal getcontext'),
  datetime: words('date datetime timedelta'),
} as const satisfies Readonly<Record<string, readonly string[]>>

/** @example withMissingImports('print(gcd(4, 6))') // 'from math import gcd\nprint(gcd(4, 6))' */
export function withMissingImports(code: string): string {
  const text = withoutTexts(code)
  const bound = boundNames(text)
  const body = text.replace(IMPORT, '')
  const used = namesIn(body, /(?<![.\w])[A-Za-z_]\w*/g)
  const dotted = namesIn(body, /(?<![.\w])[A-Za-z_]\w*(?=\s*\.)/g)
  const given = new Set<string>()
  const lines = Object.entries(MODULES).flatMap(([module, names]) => {
    if (bound.everythingOf.has(module)) return []
    const isModule = dotted.has(module) && !bound.names.has(module)
    const wanted = names.filter((name) => {
      const isWanted =
        used.has(name) && !bound.names.has(name) && !given.has(name) && !(isModule && name === module)
      if (isWanted) given.add(name)
      return isWanted
    })
    return [
      ...(isModule ? [`import ${module}`] : []),
      ...(wanted.length > 0 ? [`from ${module} import ${wanted.join(', ')}`] : []),
    ]
  })
  return lines.length === 0 ? code : `${lines.join('\n')}\n${code}`
}

const namesIn = (text: string, pattern: RegExp): ReadonlySet<string> =>
  new Set(Array.from(text.matchAll(pattern), ([name]) => name))

interface Bound {
  readonly names: ReadonlySet<string>
  /** Modules that the program imports all names of. */
  readonly everythingOf: ReadonlySet<string>
}

/** Every name that some line gives a value, wherever: one too many costs an import, which then fails by its name. */
function boundNames(text: string): Bound {
  const names = new Set<string>()
  const everythingOf = new Set<string>()
  const addAll = (part: string) => {
    for (const [name] of part.matchAll(/[A-Za-z_]\w*/g)) names.add(name)
  }
  for (const [, module, list] of text.matchAll(
    /^[ \t]*from[ \t]+([\w.]+)[ \t]+import[ \t]+(\([^)]*\)|.*)$/gm,
  )) {
    if (list!.trim() === '*') everythingOf.add(module!)
    else for (const item of list!.replace(/[()]/g, '').split(',')) names.add(item.trim().split(/\s+/).at(-1)!)
  }
  for (const [, list] of text.matchAll(/^[ \t]*import[ \t]+(.+)$/gm))
    for (const item of list!.split(/[,;]/)) names.add(item.trim().split(/\s+/).at(-1)!.split('.')[0]!)
  for (const [, name, parameters] of text.matchAll(/\b(?:def|class)\s+(\w+)\s*(\([^)]*\))?/g)) {
    names.add(name!)
    for (const parameter of (parameters ?? '').split(',')) addAll(parameter.split(/[:=]/)[0]!)
  }
  for (const [, parameters] of text.matchAll(/\blambda\b([^:]*):/g)) addAll(parameters!)
  for (const [, targets] of text.matchAll(/\bfor\b(.+?)\bin\b/g)) addAll(targets!)
  for (const [, name] of text.matchAll(/\bas\s+(\w+)/g)) names.add(name!)
  for (const [, name] of text.matchAll(/(\w+)\s*:=/g)) names.add(name!)
  for (const [, targets] of text.matchAll(/^[ \t]*([\w \t,*()[\].]+?)(?::[^=\n]+)?=(?!=)/gm)) {
    // Without subscripts, brackets are those of targets that are taken apart.
    const plain = targets!.replace(/(?<=[\w\])])\[[^[\]]*\]/g, '.')
    for (const target of plain.split(/[,()[\]]/)) if (/^[\s*]*\w+\s*$/.test(target)) addAll(target)
  }
  return { names, everythingOf }
}

const IMPORT = /^[ \t]*(?:from[ \t]+[\w.]+[ \t]+import[ \t]+(?:\([^)]*\)|.*)|import[ \t]+.+)$/gm

/** Strings and comments hold no names. */
function withoutTexts(code: string): string {
  return code.replace(/("""|''')[\s\S]*?\1|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|#[^\n]*/g, (found) =>
    found.startsWith('#') ? '' : "''",
  )
}

function words(text: string): readonly string[] {
  return text.split(' ')
}
