import { describe, expect, it } from 'vitest'
import { answerProgram, cutAtStop, findImports } from '../../src/evaluate/answer-program.ts'
import type { Language } from '../../src/records/language.ts'

const problem = (target: Language, imports: string[] = [], end = '\n}') => ({
  target,
  imports,
  completion: { prompt: 'int f() {\n', stops: ['\n}', '\nint '], end },
})
const codeOf = (...given: Parameters<typeof answerProgram>) => {
  const reading = answerProgram(...given)
  return reading.kind === 'program' ? reading.program.code : reading
}

describe('a completion', () => {
  it('is cut at its earliest stop string and closed, whether the stop string came with it or not', () => {
    const whole = 'int f() {\n  return 1;\n}'
    expect(codeOf(problem('c'), 'raw', '  return 1;')).toBe(whole)
    expect(codeOf(problem('c'), 'raw', '  return 1;\n}\nint main() {}')).toBe(whole)
    expect(cutAtStop('a\nint b\n}', ['\n}', '\nint '])).toBe('a')
    expect(cutAtStop('a', [])).toBe('a')
  })

  it('gets the imports that its prompt forgets', () => {
    expect(codeOf(problem('cpp', ['#include <cmath>']), 'raw', '  return 1;')).toBe(
      '#include <cmath>\nint f() {\n  return 1;\n}',
    )
  })
})

describe('a chat answer', () => {
  const chat = (text: string, target: Language = 'python', imports: string[] = []) =>
    codeOf(problem(target, imports), 'chat', text)

  it('is its own first block in the language, without the prompt', () => {
    expect(chat('```python\na = 1\n```\nUse it so:\n```python\nprint(a)\n```')).toBe('a = 1\n')
    expect(chat('```sh\npip install x\n```\n```py\na = 1\n```')).toBe('a = 1\n')
    expect(chat('```\na = 1\n```')).toBe('a = 1\n')
  })

  it('is a format error without such a block, or with one that is not closed', () => {
    expect(chat('return a + b')).toMatchObject({ kind: 'format-error' })
    expect(chat('```python\na = 1\n')).toMatchObject({ kind: 'format-error' })
    expect(chat('```java\nclass A {}\n```')).toMatchObject({ kind: 'format-error' })
  })

  it('is what comes after the thoughts', () => {
    expect(chat('<think>\n```python\nwrong\n```\n</think>\n```python\nright\n```')).toBe('right\n')
  })

  it('gets the imports that it lacks, behind what must come first', () => {
    const imports = ['from typing import List', 'import math']
    expect(chat('```python\nimport  math\nx: List = []\n```', 'python', imports)).toBe(
      'from typing import List\nimport  math\nx: List = []\n',
    )
    expect(chat('```python\nfrom __future__ import annotations\nx = 1\n```', 'python', ['import math'])).toBe(
      'from __future__ import annotations\nimport math\n\nx = 1\n',
    )
    expect(chat('```java\npackage a;\nclass A {}\n```', 'java', ['import java.util.*;'])).toBe(
      'package a;\nimport java.util.*;\n\nclass A {}\n',
    )
  })
})

describe('imports', () => {
  it.each<[Language, string, string[]]>([
    [
      'python',
      'import math\nfrom typing import List\n\ndef f():\n    import os\n',
      ['import math', 'from typing import List'],
    ],
    [
      'cpp',
      '#include<vector>\n  # include <map>\nusing namespace std;\nint f() {',
      ['#include<vector>', '# include <map>', 'using namespace std;'],
    ],
    ['csharp', 'using System;\nclass A { void f() {\nusing (var a = b) {', ['using System;']],
    ['scala', 'import scala.math._\nobject P {\n', ['import scala.math._']],
    ['bash', '#!/bin/bash\nf() {', []],
  ])('of %s are found at the beginning of lines', (language, code, found) => {
    expect(findImports(language, code)).toEqual(found)
  })
})
