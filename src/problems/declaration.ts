/**
 * What an answer to a problem with call tests must declare, in its language. Parameters are named by their places;
 * where types must be declared they are those that the tests state, or else that their values have in common.
 */

import { BASH_CALL_FORM, describeBashType } from '../judge/languages/bash-call.ts'
import { TYPE_WORDS, writeResult, writeType } from '../judge/type-words.ts'
import type { Language } from '../records/language.ts'
import { signatureOfCalls } from '../records/signature-of-calls.ts'
import type { Suite } from '../records/suite.ts'
import type { CallSignature, ValueType } from '../records/value-type.ts'
import { canNameFunction } from './function-names.ts'

type TypedLanguage = keyof typeof TYPE_WORDS

/** A function whose types are written. */
interface Typed {
  readonly name: string
  readonly parameters: readonly Parameter<string>[]
  readonly result: string
}

interface Parameter<Type> {
  readonly name: string
  readonly type: Type
}

/** Languages in which names are enough. */
const BARE: Readonly<Partial<Record<Language, (name: string, parameters: readonly string[]) => string>>> = {
  python: (name, parameters) => `def ${name}(${parameters.join(', ')}):`,
  javascript: (name, parameters) => `function ${name}(${parameters.join(', ')})`,
  php: (name, parameters) => `function ${name}(${parameters.map((each) => `$${each}`).join(', ')})`,
}

const listed = ({ parameters }: Typed, write: (name: string, type: string) => string) =>
  parameters.map(({ name, type }) => write(name, type)).join(', ')

const typeFirst = (typed: Typed) =>
  `${typed.result} ${typed.name}(${listed(typed, (name, type) => `${type} ${name}`)})`

const nameFirst = (typed: Typed) => `${typed.name}(${listed(typed, (name, type) => `${name}: ${type}`)})`

const TYPED: Readonly<Record<TypedLanguage, (typed: Typed) => string>> = {
  cpp: (typed) =>
    typeFirst({
      ...typed,
      parameters: typed.parameters.map(({ name, type }) => ({
        name,
        type: type.startsWith('std::') ? `const ${type}&` : type,
      })),
    }),
  java: (typed) => `public static ${typeFirst(typed)}`,
  csharp: (typed) => `public static ${typeFirst(typed)}`,
  typescript: (typed) => `function ${nameFirst(typed)}: ${typed.result}`,
  scala: (typed) => `def ${nameFirst(typed)}: ${typed.result}`,
  rust: (typed) => `fn ${nameFirst(typed)} -> ${typed.result}`,
  go: (typed) => `func ${typed.name}(${listed(typed, (name, type) => `${name} ${type}`)}) ${typed.result}`,
  haskell: ({ name, parameters, result }) =>
    `${name} :: ${[...parameters.map(({ type }) => type), result].join(' -> ')}`,
}

/**
 * @returns undefined for problems of whole programs, and for functions that the language cannot declare
 * @example declarationOf(suite, 'cpp') // 'std::vector<long long> twoSum(const std::vector<long long>& p1, long long p2)'
 */
export function declarationOf({ tests }: Suite, target: Language): string | undefined {
  const calls = tests.filter((test) => test.kind === 'call')
  if (calls[0] === undefined) return undefined
  const { name } = calls[0]
  if (!canNameFunction(name, target)) return undefined
  const signature = signatureOfCalls(calls)
  const parameters = signature.parameters.map((type, index) => ({ name: `p${index + 1}`, type }))
  const bare = BARE[target]
  if (bare !== undefined)
    return bare(
      name,
      parameters.map((each) => each.name),
    )
  if (target === 'bash')
    return BASH_CALL_FORM.flawOf(calls) === undefined ? declareInBash(name, signature) : undefined
  if (target === 'c') return declareInC(name, parameters, signature.result)
  return isTyped(target) ? declareTyped(target, name, parameters, signature.result) : undefined
}

const isTyped = (language: Language): language is TypedLanguage => Object.hasOwn(TYPE_WORDS, language)

function declareTyped(
  target: TypedLanguage,
  name: string,
  parameters: readonly Parameter<ValueType>[],
  result: ValueType,
): string | undefined {
  const words = TYPE_WORDS[target]
  const written = parameters.map((each) => ({ name: each.name, type: writeType(each.type, words) }))
  const writtenResult = writeResult(result, words)
  if (writtenResult === undefined || !written.every(isWritten)) return undefined
  return TYPED[target]({ name, parameters: written, result: writtenResult })
}

const isWritten = (parameter: Parameter<string | undefined>): parameter is Parameter<string> =>
  parameter.type !== undefined

/** By what callers pass and get, since a function of Bash declares nothing. */
const declareInBash = (name: string, { parameters, result }: CallSignature) =>
  [
    ...parameters.map((type, place) => `# $${place + 1}: ${describeBashType(type)}`),
    `# prints ${describeBashType(result)}`,
    `${name}()`,
  ].join('\n')

/**
 * A list is a pointer and a number of items; lists in a list have their numbers in a list of their own. What a function
 * returns has its numbers behind pointers.
 *
 * @example 'long long* f(long long** p1, int* p1_lengths, int p1_length, int* result_length)'
 */
function declareInC(
  name: string,
  parameters: readonly Parameter<ValueType>[],
  result: ValueType,
): string | undefined {
  const words = [...parameters.map(({ type }) => type), result].map((type) => cWord(type))
  if (!words.every((word) => word !== undefined)) return undefined
  const list = parameters.flatMap((each, place) => [
    `${words[place]} ${each.name}`,
    ...cLengths(each.type, each.name),
  ])
  const lengths = cLengths(result, 'result').map((each) => each.replace(' ', '* '))
  return `${words.at(-1)} ${name}(${[...list, ...lengths].join(', ')})`
}

const C_WORDS: Readonly<Partial<Record<ValueType['kind'], string>>> = {
  ...{ flag: 'bool', integer: 'long long', number: 'double', text: 'char*' },
}

function cWord(type: ValueType, depth = 0): string | undefined {
  if (type.kind !== 'list') return C_WORDS[type.kind]
  const item = depth < 2 ? cWord(type.item, depth + 1) : undefined
  return item && `${item}*`
}

function cLengths(type: ValueType, name: string): string[] {
  if (type.kind !== 'list') return []
  return [...(type.item.kind === 'list' ? [`int* ${name}_lengths`] : []), `int ${name}_length`]
}
