import { describe, expect, it } from 'vitest'
import { parseLenientJson } from '../../src/base/parse-json.ts'

describe('JSON as others write it', () => {
  it('may begin with a byte order mark', () => {
    expect(parseLenientJson('\uFEFF{"a": 1}')).toEqual({ a: 1 })
  })

  it('may hold NaN and infinities, which are null; texts stay as they are', () => {
    const text = '{"a": NaN, "b": [-Infinity, Infinity], "c": "NaN \\" NaN", "NaN": "\\\\"}'
    expect(parseLenientJson(text)).toEqual({ a: null, b: [null, null], c: 'NaN " NaN', NaN: '\\' })
  })

  it('is refused as JSON.parse refuses it', () => {
    for (const text of ['', '{', '{"a": Nan}', '[1 2]', 'NaNNaN'])
      expect(() => parseLenientJson(text), text).toThrow(SyntaxError)
  })
})
