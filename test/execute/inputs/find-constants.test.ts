import { describe, expect, it } from 'vitest'
import { findConstants } from '../../../src/execute/inputs/find-constants.ts'

describe('findConstants', () => {
  it('finds numbers, words and characters', () => {
    expect(
      findConstants(
        `if (c == 'x' || c == '\\n' || n < 100 || n == 0x1F || x > 2.75 || !strcmp(s, "stop")) puts("no");`,
      ),
    ).toEqual({
      numbers: ['100', '31', '2.75'],
      words: ['stop', 'no'],
      chars: 'x\n',
    })
  })

  it('leaves out comments, includes, formats, and the numbers that are tried anyway', () => {
    expect(findConstants('#include <a77.h>\n// 55\n/* "word" */\nprintf("%d x", 0, 1);')).toEqual({
      numbers: [],
      words: [],
      chars: '',
    })
  })
})
