import { spawnSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { parsePythonLiteral } from '../../src/problems/parse-python-literal.ts'
import { WholeFloat } from '../../src/records/json-value.ts'

describe('a Python literal', () => {
  test.each([
    ['None', null],
    [' True ', true],
    ['-12', -12],
    ['1_000', 1000],
    ['.5e-3', 0.0005],
    ['1.', WholeFloat.of(1)],
    ['{1.0: -0.0}', { '1.0': WholeFloat.of(-0) }],
    ["'a'", 'a'],
    ['"it\'s"', "it's"],
    ['\'a\' "b"', 'ab'],
    ["'\\n\\t\\\\\\'\\x41\\u00e9\\U0001f600\\101\\q'", "\n\t\\'A\u00e9\u{1f600}A\\q"],
    ["'''a\n'b'\n'''", "a\n'b'\n"],
    ['[]', []],
    ['[1, [2, 3,],]', [1, [2, 3]]],
    ['()', []],
    ['(1,)', [1]],
    ['(1)', 1],
    ['(1, 2)', [1, 2]],
    ["{'a': 1, 2: {'b': None}}", { a: 1, 2: { b: null } }],
  ])('%s', (text, value) => {
    expect(parsePythonLiteral(text)).toEqual(value)
  })

  test('may have keys that mean something to JavaScript', () => {
    const value = parsePythonLiteral("{'__proto__': 1, 'constructor': 2}")
    expect(Object.entries(value as object)).toEqual([
      ['__proto__', 1],
      ['constructor', 2],
    ])
  })

  test.each([
    ['', 'no value'],
    ['[1', 'no ]'],
    ['[1 2]', 'no ]'],
    ["'a", 'a string does not end'],
    ['1 2', 'more than one value'],
    ['os.system', 'os is no plain data'],
    ['{1, 2}', 'a key without a value'],
    ['{(1,): 2}', 'a key that is neither text nor number'],
    ["b'a'", 'b is no plain data'],
    ['nan', 'nan is no plain data'],
    ['9007199254740993', 'beyond what a double holds'],
    ['['.repeat(100_000), 'too deep'],
    ["'\\U00110000'", 'there is no character'],
  ])('is not %j', (text, sentence) => {
    expect(() => parsePythonLiteral(text)).toThrow(SyntaxError)
    expect(() => parsePythonLiteral(text)).toThrow(sentence)
  })

  test('is read as Python reads it, for whatever repr prints of text', () => {
    // Every character of the first planes that repr treats in a way of its own, and quotes in all mixtures.
    const program = `
import json, sys
texts = [chr(code) for code in list(range(0x250)) + [0x2028, 0x3000, 0xfeff, 0x1f600, 0x10ffff]]
texts += ["'", '"', "'\\"", "\\\\'", '\\\\n', "it's \\"so\\"", "a\\tb\\nc"]
print(json.dumps([[repr([text, {text: (text,)}]), [text, {text: [text]}]] for text in texts]))`
    const { stdout } = spawnSync('python3', ['-c', program], { encoding: 'utf8', maxBuffer: 1 << 24 })
    const pairs: [string, unknown][] = JSON.parse(stdout)
    expect(pairs.length).toBeGreaterThan(590)
    for (const [literal, value] of pairs) expect(parsePythonLiteral(literal)).toEqual(value)
  })
})
