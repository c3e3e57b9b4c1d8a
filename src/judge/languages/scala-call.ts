/**
 * What is compiled behind an answer in Scala to call its function, in the forms to try until one compiles. The compiler's
 * server puts an expression for the object that has the function in HOLDER's place. Pure.
 */
import { isJsonNumber, type JsonValue, WholeFloat } from '../../records/json-value.ts'
import { commonType } from '../../records/value-type.ts'
import { TYPE_WORDS, writeType } from '../type-words.ts'
import type { Calls } from './language-definition.ts'

const DRIVER = '_root_.gepo.call.Driver'
const MOST_INT = 2 ** 31 - 1

/** By the function's own types first; where several have its name, or it is generic, as tests could be passed. */
export function scalaCallForms(code: string, { name, arguments: tests, signature }: Calls): string[] {
  const counts = [...new Set(tests.map(({ length }) => length))]
  const own = [' _', ''].map((mark) =>
    callerText(counts.map((count) => [count, `${DRIVER}.of${count}(HOLDER.${name}${mark})`])),
  )
  // Not every test may pass the last ones.
  const types = signature.parameters.map((type, place) =>
    type.kind === 'any' ? commonType(tests.flatMap((test) => test.slice(place, place + 1))) : type,
  )
  const integers = [...(tests.every(hasSmallNumbers) ? ['Int'] : []), 'Long', 'BigInt']
  const passed = integers.flatMap((integer) => {
    const written = types.map((type) => writeType(type, { ...TYPE_WORDS.scala, integer }))
    if (!written.every((type) => type !== undefined)) return []
    return [callerText(counts.map((count) => [count, `values => ${callOf(name, written.slice(0, count))}`]))]
  })
  const isOverloaded = (code.match(new RegExp(`\\bdef\\s+${name}\\b`, 'g')) ?? []).length > 1
  return [...new Set(isOverloaded ? [...passed, ...own] : [...own, ...passed])]
}

function hasSmallNumbers(value: JsonValue): boolean {
  if (isJsonNumber(value))
    return Math.abs(Number(value instanceof WholeFloat ? value.value : value)) <= MOST_INT
  return value === null || typeof value !== 'object' || Object.values(value).every(hasSmallNumbers)
}

function callOf(name: string, types: readonly string[]): string {
  const values = types.map((type, place) => `${DRIVER}.read[${type}](values(${place}))`)
  return `HOLDER.${name}${values.length === 0 ? '' : `(${values.join(', ')})`}`
}

const callerText = (cases: readonly (readonly [count: number, call: string])[]) => `\
object GepoRun {
  def main(none: Array[String]): Unit = ${DRIVER}.run {
    ${cases.map(([count, call]) => `case ${count} => ${call}`).join('\n    ')}
  }
}
`
