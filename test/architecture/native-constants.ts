/** The numbers that a C or C++ file gives names to: by `#define`, in enums, as constexpr. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from './read-imports.ts'

export const nativeText = (file: string): string => readFileSync(join(ROOT, 'native', file), 'utf8')

/** @returns value by name; names whose value is no plain number are left out. */
export function nativeConstants(file: string): ReadonlyMap<string, number> {
  const text = nativeText(file).replaceAll(/\/\*[\s\S]*?\*\//g, '')
  const constants = new Map<string, number>()
  const note = (name: string, value: string) => {
    const number = numberOf(value)
    if (number !== undefined) constants.set(name, number)
  }
  for (const [, name, value] of text.matchAll(/^#define (\w+) (.+)$/gm)) note(name!, value!)
  for (const [, name, value] of text.matchAll(/^constexpr \w+ (\w+) = ([^;]+);/gm)) note(name!, value!)
  for (const [, body] of text.matchAll(/\benum\b[^{;]*\{([^}]*)\}/g)) noteEnum(body!, constants)
  return constants
}

function noteEnum(body: string, constants: Map<string, number>): void {
  let next = 0
  for (const item of body.split(',')) {
    const [name = '', value] = item.split('=').map((part) => part.trim())
    if (name === '') continue
    next = value === undefined ? next : (numberOf(value) ?? constants.get(value)!)
    constants.set(name, next)
    next++
  }
}

/** Of `12`, `1u`, `(1u << 20)`. */
function numberOf(value: string): number | undefined {
  const [, number, shift] = /^\(?(\d+)u?(?: << (\d+))?\)?$/.exec(value.trim()) ?? []
  return number === undefined ? undefined : Number(number) * 2 ** Number(shift ?? 0)
}
