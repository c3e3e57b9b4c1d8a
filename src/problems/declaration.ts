/**
 * What an answer to a problem with call tests must declare, in its language. Parameters are named by their places;
 * where types must be declared they are those that the tests' values have in common.
 */

import type { JsonValue } from '../records/json-value.ts'
import type { Language } from '../records/language.ts'
import type { Suite } from '../records/suite.ts'
import { commonType, type ValueType } from './value-type.ts'

/** What tests know of a function. */
interface Signature {
  readonly name: string
  readonly parameters: readonly (ValueType | undefined)[]
  readonly result: ValueType | undefined
}

/** Undefined where the language needs types and there are none. */
type Form = (signature: Signature) => string | undefined

const FORMS: Readonly<Partial<Record<Language, Form>>> = {
  python: ({ name, parameters }) => `def ${name}(${placed(parameters).join(', ')}):`,
  javascript: ({ name, parameters }) => `function ${name}(${placed(parameters).join(', ')})`,
  typescript: ({ name, parameters }) =>
    `function ${name}(${placed(parameters)
      .map((each) => `${each}: any`)
      .join(', ')}): any`,
  php: ({ name, parameters }) =>
    `function ${name}(${placed(parameters)
      .map((each) => `$${each}`)
      .join(', ')})`,
  cpp: (signature) =>
    typed(signature, cppType, (type) => (type.startsWith('std::') ? `const ${type}&` : type)),
  java: (signature) => {
    const method = typed(signature, javaType)
    return method && `public static ${method}`
  },
}

/**
 * @returns undefined for problems of whole programs, and for functions that the language cannot declare
 * @example declarationOf(suite, 'cpp') // 'std::vector<long long> twoSum(const std::vector<long long>& p1, long long p2)'
 */
export function declarationOf(suite: Suite, target: Language): string | undefined {
  const signature = signatureOf(suite)
  return signature && FORMS[target]?.(signature)
}

function signatureOf({ tests }: Suite): Signature | undefined {
  const calls = tests.filter((test) => test.kind === 'call')
  const [first] = calls
  if (first === undefined) return undefined
  const count = Math.max(...calls.map((call) => call.arguments.length))
  const ofPlace = (place: number) => calls.map((call): JsonValue => call.arguments[place] ?? null)
  return {
    name: first.name,
    parameters: Array.from({ length: count }, (_, place) => commonType(ofPlace(place))),
    result: commonType(calls.map(({ result }) => result)),
  }
}

const placed = (parameters: Signature['parameters']) => parameters.map((_, index) => `p${index + 1}`)

function typed(
  { name, parameters, result }: Signature,
  write: (type: ValueType) => string | undefined,
  pass: (type: string) => string = (type) => type,
): string | undefined {
  const types = [...parameters, result].map((type) => type && write(type))
  if (!types.every((type) => type !== undefined)) return undefined
  const list = placed(parameters).map((each, index) => `${pass(types[index]!)} ${each}`)
  return `${types.at(-1)} ${name}(${list.join(', ')})`
}

function cppType(type: ValueType): string | undefined {
  if (!('item' in type))
    return { flag: 'bool', integer: 'long long', number: 'double', text: 'std::string' }[type.kind]
  const item = type.item && cppType(type.item)
  if (item === undefined) return undefined
  return type.kind === 'list' ? `std::vector<${item}>` : `std::map<std::string, ${item}>`
}

function javaType(type: ValueType): string | undefined {
  if (!('item' in type))
    return { flag: 'boolean', integer: 'long', number: 'double', text: 'String' }[type.kind]
  const item = type.item && javaType(type.item)
  if (item === undefined) return undefined
  return type.kind === 'list' ? `${item}[]` : `java.util.Map<String, ${boxed(item)}>`
}

const boxed = (type: string) => ({ boolean: 'Boolean', long: 'Long', double: 'Double' })[type] ?? type
