/**
 * What is compiled behind an answer in Scala to call its function, in the forms to try until one compiles. The compiler's
 * server puts an expression for the object that has the function in HOLDER's place. Pure.
 */
import { isJsonNumber, type JsonValue, WholeFloat } from '../../records/json-value.ts'
import { TYPE_WORDS, writeType } from '../type-words.ts'
import type { Calls } from './language-definition.ts'

const DRIVER = '_root_.gepo.call.Driver'
const MOST_INT = 2 ** 31 - 1

/** By the function's own types first; for one that is overloaded or generic by types that the tests could be passed as. */
export function scalaCallForms({ name, arguments: tests, signature }: Calls): string[] {
  const counts = [...new Set(tests.map(({ length }) => length))]
  const own = [' _', ''].map((mark) =>
    callerText(counts.map((count) => [count, `${DRIVER}.of${count}(HOLDER.${name}${mark})`])),
  )
  const integers = [...(tests.every(hasSmallNumbers) ? ['Int'] : []), 'Long', 'BigInt']
  const passed = integers.flatMap((integer) => {
    const types = signature.parameters.map((type) => writeType(type, { ...TYPE_WORDS.scala, integer }))
    if (!types.every((type) => type !== undefined)) return []
    return [callerText(counts.map((count) => [count, `values => ${callOf(name, types.slice(0, count))}`]))]
  })
  return [...new Set([...own, ...passed])]
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
