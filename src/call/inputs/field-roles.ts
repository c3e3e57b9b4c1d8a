/**
 * Names of parameters, members or globals in, guesses of how they belong together out: which integer counts the
 * elements of which array, which integers are positions in one. Guesses only make good inputs more frequent.
 */

export interface NamedField {
  readonly name: string
  /** `data`: an array, or a pointer to elements; `records`: a pointer to structures, of which there may be but one. */
  readonly shape: 'integer' | 'data' | 'records' | 'other'
}

export type FieldRole =
  | { readonly kind: 'length' }
  | { readonly kind: 'index' }
  /** Points to or holds elements; `length` is the position of the field that counts them. */
  | { readonly kind: 'data'; readonly length: number | undefined }
  | { readonly kind: 'plain' }

const LENGTH_NAME =
  /^(?:[nmkNMwhRCW]\d?|(?:n|num|nb|nr|no|len|length|cnt|count|size|sz|total|max)(?:[A-Z_\d]\w*)?|[A-Z_]*(?:LEN|SIZE|COUNT|MAX|NUM)|\w*(?:[Ll]en|[Ll]ength|[Ss]ize|[Cc]ount|[Cc]nt|[Nn]um|[Ss]z|[Cc]apacity|[Cc]ap|[Rr]ows?|[Cc]ols?|[Ww]idth|[Hh]eight|[Dd]im|[Ee]lements|[Uu]sed))$/
const INDEX_NAME =
  /^(?:[ijpqlr]|lo|hi|lb|ub|low|high|lower|upper|left|right|start|end|begin|beg|first|last|mid|middle|idx|index|pos|position|from|to|top|front|rear|at|\w+(?:idx|index|pos))$/i

/**
 * @example
 * fieldRoles([{name: 'a', shape: 'data'}, {name: 'n', shape: 'integer'}])
 * // [{kind: 'data', length: 1}, {kind: 'length'}]
 */
export function fieldRoles(fields: readonly NamedField[]): readonly FieldRole[] {
  const hasData = fields.some(isData)
  const lengths = lengthFields(fields)
  return fields.map((field, at): FieldRole => {
    if (isData(field)) return { kind: 'data', length: lengthOf(fields, lengths, at) }
    if (field.shape === 'other') return { kind: 'plain' }
    if (lengths.has(at)) return { kind: 'length' }
    return hasData && INDEX_NAME.test(field.name) ? { kind: 'index' } : { kind: 'plain' }
  })
}

const isData = ({ shape }: NamedField): boolean => shape === 'data' || shape === 'records'

function lengthFields(fields: readonly NamedField[]): ReadonlySet<number> {
  const owners = fields.filter(isData)
  if (owners.length === 0) return new Set()
  const integers = fields.flatMap(({ shape }, at) => (shape === 'integer' ? [at] : []))
  const own = new Set(owners.flatMap(({ name }) => lengthNames(name)))
  const byName = integers.filter((at) => {
    const { name } = fields[at]!
    return own.has(plain(name)) || (LENGTH_NAME.test(name) && !INDEX_NAME.test(name))
  })
  if (byName.length > 0 || !fields.some(({ shape }) => shape === 'data')) return new Set(byName)
  // The only integer beside an array counts its elements, whatever it is called.
  const [only, ...others] = integers
  return new Set(
    only !== undefined && others.length === 0 && !INDEX_NAME.test(fields[only]!.name) ? [only] : [],
  )
}

/** By name first (`names`, `names_len`), then the next one behind it, then the nearest before it. */
function lengthOf(
  fields: readonly NamedField[],
  lengths: ReadonlySet<number>,
  data: number,
): number | undefined {
  const own = new Set(lengthNames(fields[data]!.name))
  const named = [...lengths].find((at) => own.has(plain(fields[at]!.name)))
  if (named !== undefined) return named
  const others = [...lengths]
  return others.find((at) => at > data) ?? others.findLast((at) => at < data)
}

const AFFIXES = ['len', 'length', 'size', 'count', 'cnt', 'num', 'n', 'sz']

/** What the length of `names` may be called: `nameslen`, `lennames`, ... */
const lengthNames = (data: string): string[] =>
  AFFIXES.flatMap((affix) => [plain(data) + affix, affix + plain(data)])

const plain = (name: string): string => name.toLowerCase().replaceAll('_', '')
