/** Normalised IR in, what it defines and with which types out: all that a caller must agree with. */
import type { IrModule } from './ir-module.ts'
import { IrScanner } from './ir-scanner.ts'

export interface Signature {
  readonly returns: string
  /** Types with what changes how they are passed: `i8 signext`, `ptr byval({ i64, i64, i64 })`. */
  readonly parameters: readonly string[]
  readonly isVariadic: boolean
  /** Not visible outside of its module. */
  readonly isLocal: boolean
}

const DEFINITION = /^define (.*?)@("[^"]*"|[-$._\w]+)\((.*)\)[^()]*\{$/
const PASSING = /\b(signext|zeroext|inreg|(?:byval|sret)\((?:[^()]|\([^()]*\))*\))/g

/** Functions by name. */
export function readSignatures(module: Pick<IrModule, 'lines' | 'structs'>): ReadonlyMap<string, Signature> {
  const signatures = new Map<string, Signature>()
  for (const line of module.lines) {
    const [, head, name, parameters] = DEFINITION.exec(line) ?? []
    if (head === undefined || name === undefined || parameters === undefined) continue
    const parts = splitParameters(parameters)
    const expand = (type: string) => expandStructs(type, module.structs)
    signatures.set(name.replaceAll('"', ''), {
      returns: expand(lastType(head.trimEnd())),
      parameters: parts.filter((part) => part !== '...').map((part) => expand(passedType(part))),
      isVariadic: parts.includes('...'),
      isLocal: /^(?:internal|private) /.test(head),
    })
  }
  return signatures
}

/** @example signatureText('f', signature) // 'i32 f(ptr, i32)' */
export const signatureText = (name: string, { returns, parameters, isVariadic }: Signature): string =>
  `${returns} ${name}(${[...parameters, ...(isVariadic ? ['...'] : [])].join(', ')})`

function splitParameters(text: string): string[] {
  const parts: string[] = []
  let depth = 0
  let start = 0
  for (let at = 0; at <= text.length; at++) {
    const char = text[at]
    if (char === undefined || (char === ',' && depth === 0)) {
      const part = text.slice(start, at).trim()
      if (part !== '') parts.push(part)
      start = at + 1
    } else if ('([{<'.includes(char)) depth++
    else if (')]}>'.includes(char)) depth--
  }
  return parts
}

function passedType(part: string): string {
  const type = new IrScanner(part).type().text
  return [type, ...(part.slice(type.length).match(PASSING) ?? [])].join(' ')
}

const OPENING: Readonly<Record<string, string>> = { '}': '{', ']': '[', '>': '<' }

/** Behind words such as `dso_local` and `noundef` comes the type. */
function lastType(head: string): string {
  const opening = OPENING[head.at(-1) ?? '']
  const passing = /\b(?:signext|zeroext)\b/.exec(head)?.[0]
  const type =
    opening === undefined ? head.slice(head.lastIndexOf(' ') + 1) : head.slice(head.indexOf(opening))
  return passing === undefined ? type : `${type} ${passing}`
}

const DEEPEST = 8

/** Names of structures are the compiler's own; their fields are what both must agree on. */
function expandStructs(type: string, structs: IrModule['structs'], depth = 0): string {
  if (depth === DEEPEST) return type
  return type.replaceAll(/%(?:"[^"]*"|[-$._\w]+)/g, (name) => {
    const fields = structs.get(name)
    return fields === undefined
      ? name
      : `{ ${fields.map((field) => expandStructs(field, structs, depth + 1)).join(', ')} }`
  })
}
