import { describe, expect, it } from 'vitest'
import { fieldRoles, type NamedField } from '../../../src/call/inputs/field-roles.ts'

/** `*a` data, `@s` records, `?x` neither, anything else an integer. */
const field = (text: string): NamedField => {
  const shapes = { '*': 'data', '@': 'records', '?': 'other' } as const
  const shape = shapes[text[0] as keyof typeof shapes]
  return shape === undefined ? { name: text, shape: 'integer' } : { name: text.slice(1), shape }
}

describe('fieldRoles', () => {
  it.each([
    ['*a n', 'a:n n:length'],
    ['n *a', 'n:length a:n'],
    ['*arr elements_', 'arr:elements_ elements_:length'],
    ['*a na *b nb *out', 'a:na na:length b:nb nb:length out:nb'],
    [
      '*keys *values num_keys values_len',
      'keys:num_keys values:values_len num_keys:length values_len:length',
    ],
    ['*a n key', 'a:n n:length key:plain'],
    ['*a low high', 'a:- low:index high:index'],
    ['*a i j n', 'a:n i:index j:index n:length'],
    ['*argv argc', 'argv:argc argc:length'],
    ['*a x y', 'a:- x:plain y:plain'],
    ['@list x', 'list:- x:plain'],
    ['@items count', 'items:count count:length'],
    ['n k', 'n:plain k:plain'],
    ['*s ?c', 's:- c:plain'],
    ['*items top', 'items:- top:index'],
    ['*data size capacity', 'data:size size:length capacity:length'],
    ['*a number note', 'a:- number:plain note:plain'],
  ])('%s', (fields, roles) => {
    const given = fields.split(' ').map(field)
    const shown = fieldRoles(given).map((role, index) => {
      const kind =
        role.kind === 'data' ? (role.length === undefined ? '-' : given[role.length]!.name) : role.kind
      return `${given[index]!.name}:${kind}`
    })
    expect(shown.join(' ')).toBe(roles)
  })
})
