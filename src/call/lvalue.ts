/** How an object in memory is written in C, grown from a name by members, indexes and dereferences. */

/** `text` is the expression; `pointer` is set when it is the dereference of that pointer expression. */
export interface LValue {
  readonly text: string
  readonly pointer?: string
}

export const named = (text: string): LValue => ({ text })

/** What a pointer expression points to: `*p`. */
export const dereferenced = (pointer: string): LValue => ({ text: `*${pointer}`, pointer })

/** An element of what a pointer expression points to: `p[3]`. */
export const elementOf = (pointer: string, index: number | string): LValue => ({
  text: `${postfixable(pointer)}[${index}]`,
})

/** `s.m`, or `p->m` after a dereference; an anonymous member's own members belong to the structure itself. */
export function memberOf(object: LValue, name: string): LValue {
  if (name === '') return object
  return {
    text:
      object.pointer === undefined
        ? `${postfixable(object.text)}.${name}`
        : `${postfixable(object.pointer)}->${name}`,
  }
}

export const indexOf = (object: LValue, index: number | string): LValue => ({
  text: `${postfixable(object.text)}[${index}]`,
})

/** A pointer to an object; the address of a dereference is the pointer itself. */
export const addressOf = (object: LValue): string => object.pointer ?? `&${object.text}`

const postfixable = (text: string): string =>
  text.startsWith('*') || text.startsWith('&') ? `(${text})` : text
