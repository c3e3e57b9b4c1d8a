import { expect, test } from 'vitest'
import { readAnswer } from '../../src/judge/read-answer.ts'

const fenced = (tag: string, code: string) => `\`\`\`${tag}\n${code}\n\`\`\``

test('the one block of the language is the program, whatever stands around it', () => {
  const text = `Of course!\n\n${fenced('python', 'print(1)')}\nThat prints one.`
  expect(readAnswer(text, 'python')).toEqual({
    kind: 'program',
    program: { language: 'python', code: 'print(1)\n' },
  })
})

test.each([
  ['py', 'python'],
  ['Python', 'python'],
  ['c++', 'cpp'],
  ['js', 'javascript'],
  ['sh', 'bash'],
  ['java title="Main.java"', 'java'],
  ['PHP', 'php'],
] as const)('"%s" marks %s', (tag, language) => {
  expect(readAnswer(fenced(tag, 'x'), language).kind).toBe('program')
})

test('blocks of other kinds do not matter', () => {
  const text = `${fenced('', '5')}\n${fenced('cpp', 'int main(){}')}\n${fenced('text', '1')}`
  expect(readAnswer(text, 'cpp').kind).toBe('program')
})

test('a longer fence may hold a shorter one', () => {
  const reading = readAnswer('````bash\necho "\n```\n"\n````', 'bash')
  expect(reading).toMatchObject({ program: { code: 'echo "\n```\n"\n' } })
})

test('line ends of Windows are line ends', () => {
  expect(readAnswer('```c\r\nint x;\r\n```\r\n', 'c')).toMatchObject({ program: { code: 'int x;\n' } })
})

test.each([
  ['no block', 'print(1)', 'there is no block'],
  ['a block without a tag', fenced('', 'print(1)'), 'there is no block'],
  ['a block in another language', fenced('java', 'print(1)'), 'there is no block'],
  ['two blocks', `${fenced('python', 'a')}\n${fenced('py', 'b')}`, '2 blocks'],
  ['a block cut off', '```python\nprint(1)\n', 'not closed'],
  ['backticks within a line', '`` ```python print(1)``` ``', 'there is no block'],
])('%s is a format error', (_what, text, message) => {
  const reading = readAnswer(text, 'python')
  expect(reading).toMatchObject({ kind: 'format-error', message: expect.stringContaining(message) })
})
