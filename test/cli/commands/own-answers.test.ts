/** What a run keeps of the model's own answers, shown and exported. */
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { DrawnOwnAnswer } from '../../../src/records/own-answer.ts'
import { openOwnAnswers } from '../../../src/store/own-answers.ts'
import { scratchFolder } from '../../scratch-folder.ts'
import { run } from '../captured-context.ts'

const path = join(scratchFolder(), 'on-policy.db')
const answer = (text: string, given: Partial<DrawnOwnAnswer>): DrawnOwnAnswer => ({
  step: 7,
  sample: 0,
  group: 'ab'.repeat(32),
  level: null,
  unit: { id: 'cd'.repeat(32), kind: 'program', name: 'main' },
  prompt: 'int main(void) {\n  return 1;\n}',
  answer: text,
  role: 'loser',
  verdict: { kind: 'malformed', message: '1:1: expected \x1b[31mtop' },
  ids: Int32Array.of(1),
  reference: -1,
  ...given,
})
const store = openOwnAnswers(path, { run: 'runs/a', database: 'groups.db' })
store.save([
  answer('define nothing', {}),
  answer('define i32 @main() { ret i32 1 }', {
    role: 'winner',
    sample: 1,
    verdict: { kind: 'equal', inputs: 2, searched: 5 },
  }),
  answer('define i32 @main() { ret i32 2 }', {
    sample: 2,
    verdict: {
      kind: 'differs',
      witness: {
        input: { kind: 'stdin', stdin: '5\n' },
        inputIndex: 0,
        original: { stdout: '', exit: 1, effects: '' },
        answer: { stdout: '', exit: 2, effects: '' },
        isClear: true,
      },
    },
  }),
  answer('define i32 @main() { unreachable }', {
    group: 'ef'.repeat(32),
    role: 'none',
    level: 'O2',
    verdict: { kind: 'undefined', report: 'it ran off its end', inputIndex: 0 },
  }),
])
store.close()

describe('gepo show', () => {
  it('prints the answers to a prompt, and the proof of what is wrong', async () => {
    const { exit, stdout } = await run(['show', path, 'abab'])
    expect(exit).toBe(0)
    expect(stdout).toContain('program main of groups.db, answered in the run runs/a\n')
    expect(stdout).toContain('    int main(void) {\n')
    expect(stdout).toContain('answer 1: malformed, a loser of its group, drawn after 7 steps as number 1\n')
    expect(stdout).toContain('  the assembler refuses it\n    1:1: expected ')
    expect(stdout).not.toContain('\x1b[31mtop')
    expect(stdout).toContain('answer 2: equal, a winner of its group')
    expect(stdout).toContain('  the result of the C on 7 inputs\n')
    expect(stdout).toMatch(
      /witness\n +stdin: .*5.*\n {2}the C gives\n[\s\S]*exit: 1[\s\S]*the answer gives\n[\s\S]*exit: 2/,
    )
  })

  it('chooses a group by its first digits, by a seed, or takes the first', async () => {
    const first = JSON.parse((await run(['show', path, '--json'])).stdout)
    expect(first).toMatchObject({ run: 'runs/a', database: 'groups.db', group: 'ab'.repeat(32) })
    expect(first.answers).toHaveLength(3)
    const other = await run(['show', path, 'ef'])
    expect(other.stdout).toContain(
      'undefined, left out of its group, drawn after 7 steps as number 1, O2 asked for',
    )
    expect((await run(['show', path, '--seed', '3'])).exit).toBe(0)
    for (const [id, sentence] of [
      ['12', 'has no answers to a group whose id begins with 12'],
      ['xyz', 'is not a group id'],
    ] as const) {
      const { exit, stderr } = await run(['show', path, id])
      expect({ exit, said: stderr.includes(sentence) }).toEqual({ exit: 2, said: true })
    }
  })
})

describe('gepo export', () => {
  it('writes a line for each answer, with verdict and witness', async () => {
    const { exit, stdout, stderr } = await run(['export', path, '--out', '-'])
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: '4 answers written to stdout\n' })
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(lines[2]).toMatchObject({
      run: 'runs/a',
      step: 7,
      sample: 2,
      role: 'loser',
      unit: { name: 'main' },
      verdict: {
        kind: 'differs',
        isClear: true,
        witness: { stdin: '5\n', original: { exit: 1 }, answer: { exit: 2 } },
      },
    })
    expect(lines[0].verdict.kind).toBe('malformed')
  })

  it('writes the right ones as pairs', async () => {
    const { stdout } = await run(['export', path, '--format', 'pairs', '--out', '-'])
    expect(
      stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual([
      {
        prompt: 'int main(void) {\n  return 1;\n}\n',
        response: 'define i32 @main() { ret i32 1 }',
        group: 'ab'.repeat(32),
      },
    ])
  })

  it.each([
    [['--format', 'parquet'], 'which --format jsonl and pairs write'],
    [['--split', 'train'], '--split is for databases of groups'],
    [['--pairs', 'matched'], '--pairs is for the formats parquet and trl'],
  ])('%j is refused with a sentence', async (flags, sentence) => {
    const { exit, stderr } = await run(['export', path, '--out', '-', ...flags])
    expect(stderr).toContain(sentence)
    expect(exit).toBe(2)
  })
})
