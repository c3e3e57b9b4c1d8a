/**
 * What is compiled behind an answer in Scala to call its function, in the forms to try until one compiles. The compiler's
 * server puts an expression for the object that has the function in HOLDER's place. Pure.
 */
import type { ValueType } from '../../records/value-type.ts'
import { TYPE_WORDS, type TypeWords, writeType } from '../type-words.ts'
import type { Calls } from './language-definition.ts'

/** By the function's own types first; for one that is overloaded or generic by types that the tests could be passed as. */
export function scalaCallForms({ name, arguments: tests, signature }: Calls): string[] {
  const counts = [...new Set(tests.map(({ length }) => length))]
  const form = (typeOf: (type: ValueType) => string | undefined): string | undefined => {
    const types = signature.parameters.map(typeOf)
    return types.every((type) => type !== undefined) ? callerText(name, counts, types) : undefined
  }
  const words: readonly TypeWords[] = [
    { ...TYPE_WORDS.scala, integer: 'Int' },
    TYPE_WORDS.scala,
    { ...TYPE_WORDS.scala, integer: 'BigInt' },
  ]
  const forms = [form(() => ''), ...words.map((each) => form((type) => optionalType(type, each)))]
  return [...new Set(forms.filter((each) => each !== undefined))]
}

function optionalType(type: ValueType, words: TypeWords): string | undefined {
  const written = writeType(type, words)
  return written && `[${written}]`
}

function callerText(name: string, counts: readonly number[], types: readonly string[]): string {
  const cases = counts.map((count) => {
    const values = types
      .slice(0, count)
      .map((type, place) => `_root_.gepo.call.Driver.read${type}(values(${place}))`)
    return `case ${count} => HOLDER.${name}${count === 0 ? '' : `(${values.join(', ')})`}`
  })
  return `object GepoRun {
  def main(none: Array[String]): Unit = _root_.gepo.call.Driver.run(values => values.length match {
    ${cases.join('\n    ')}
  })
}`
}
