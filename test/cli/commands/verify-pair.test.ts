import { describe, expect, it } from 'vitest'
import type { AliveReport } from '../../../src/verify/ask-alive.ts'
import type { VerifyFiles } from '../../../src/verify/verify-files.ts'
import type { PairVerdict } from '../../../src/verify/verify-pair.ts'
import { run } from '../captured-context.ts'

const EQUAL: PairVerdict = {
  verdict: 'equal',
  reason: 'no difference on 2000 inputs',
  witness: undefined,
  inputs: 2000,
  cleanInputs: 12,
  coverage: { a: { reached: 7, total: 8 }, b: { reached: 5, total: 5 } },
  seed: 3,
  units: [],
}
const DIFFER: PairVerdict = {
  ...EQUAL,
  verdict: 'differ',
  reason: 'both are defined on this input',
  witness: {
    call: 'f(7)',
    args: [{ i: '7' }],
    a: { return: '1', memory: {}, stdout: '', exit: 0 },
    b: { return: '2', memory: {}, stdout: '', exit: 0 },
  },
}
const UNKNOWN: PairVerdict = { ...EQUAL, verdict: 'unknown', reason: 'a.c: \u001b[31mtime', inputs: 0 }

const answering = (
  verdict: PairVerdict & { alive?: AliveReport },
): { loadVerifyFiles: () => Promise<VerifyFiles> } => ({
  loadVerifyFiles: async () => async () => verdict,
})

describe('gepo verify <a> <b>', () => {
  it('ends with 0 and the extent of the search where no difference was found', async () => {
    const { exit, stdout } = await run(['verify', 'a.c', 'b.c'], answering(EQUAL))
    expect(exit).toBe(0)
    expect(stdout).toMatch(/^equal: no difference on 2000 inputs\n/)
    expect(stdout).toContain('2000 inputs with the same result, edges 7 of 8 in a, 5 of 5 in b, seed 3')
  })

  it('ends with 1, the input and both results where they differ', async () => {
    const { exit, stdout } = await run(['verify', 'a.c', 'b.c'], answering(DIFFER))
    expect(exit).toBe(1)
    expect(stdout).toMatch(/^differ: .*\ninput\n {2}f\(7\)\na\.c gives\n {2}return: 1\n/)
    expect(stdout).toMatch(/b\.c gives\n {2}return: 2\n/)
  })

  it('shows the input of a program as it is read', async () => {
    const witness = { stdin: '3\n1 2 3\n', a: { stdout: '6\n', exit: 0 }, b: { stdout: '', exit: 1 } }
    const { stdout } = await run(['verify', 'a.c', 'b.c'], answering({ ...DIFFER, witness }))
    expect(stdout).toContain('input\n  stdin:\n    3\n    1 2 3\na.c gives\n  stdout: 6\n  exit: 0\n')
  })

  it('ends with 3 and the reason, made harmless, where it is unknown', async () => {
    const { exit, stdout } = await run(['verify', 'a.c', 'b.c'], answering(UNKNOWN))
    expect({ exit, stdout }).toEqual({ exit: 3, stdout: 'unknown: a.c: \\x1b[31mtime\n' })
  })

  it('says what each function came to where there are several', async () => {
    const { verdict, reason, witness, inputs, cleanInputs, coverage } = EQUAL
    const unit = { verdict, reason, witness, inputs, cleanInputs, coverage }
    const units = [
      { ...unit, name: 'f' },
      { ...unit, name: 'g' },
    ]
    const { stdout } = await run(['verify', 'a.c', 'b.c'], answering({ ...EQUAL, units }))
    expect(stdout).toContain('\n  f: equal, no difference on 2000 inputs\n  g: equal,')
  })

  it('prints one JSON object with the promised fields', async () => {
    const { stdout } = await run(['verify', 'a.c', 'b.c', '--json'], answering(DIFFER))
    expect(JSON.parse(stdout)).toEqual(DIFFER)
    const { witness, ...rest } = JSON.parse(
      (await run(['verify', 'a.c', 'b.c', '--json'], answering(EQUAL))).stdout,
    )
    expect(witness).toBeNull()
    expect(rest).toMatchObject({
      verdict: 'equal',
      reason: EQUAL.reason,
      inputs: 2000,
      seed: 3,
      coverage: EQUAL.coverage,
    })
  })

  it("shows Alive2's answers beside the verdict and lets them change nothing", async () => {
    const alive: AliveReport = {
      kind: 'asked',
      function: 'f',
      forward: { kind: 'correct' },
      backward: { kind: 'incorrect', detail: 'Value mismatch\ni32 %x = 7' },
    }
    const { exit, stdout } = await run(['verify', 'a.c', 'b.c'], answering({ ...EQUAL, alive }))
    expect(exit).toBe(0)
    expect(stdout).toContain(
      'Alive2 on f: b for a correct, a for b incorrect\n  Value mismatch\n  i32 %x = 7\n',
    )
    const absent: AliveReport = { kind: 'absent', detail: 'no alive.' }
    expect((await run(['verify', 'a.c', 'b.c'], answering({ ...EQUAL, alive: absent }))).stdout).toMatch(
      /\nno alive\.\n$/,
    )
  })

  it('hands over files and options', async () => {
    let given: unknown
    const argv =
      'verify a.c b.ll --function f --inputs 9 --seconds 4 --seed 5 --compiler spawn --alive-tv /x/alive-tv'
    await run(argv.split(' '), {
      loadVerifyFiles: async () => async (files, options) => {
        given = { files, options }
        return EQUAL
      },
    })
    expect(given).toEqual({
      files: ['a.c', 'b.ll'],
      options: { function: 'f', inputs: 9, seconds: 4, seed: 5, compiler: 'spawn', aliveTv: '/x/alive-tv' },
    })
  })

  it.each([
    [['verify', 'x.db', '--inputs', '5'], 'gepo: --inputs is for two files; name the second one.\n'],
    [['verify', 'x.db', '--alive-tv', 'x'], 'gepo: --alive-tv is for two files; name the second one.\n'],
    [['verify', 'a.c', 'b.c', '--sample', '5'], 'gepo: --sample is for a database; name one file alone.\n'],
    [['verify', 'a.c', 'b.c', '--jobs', '5'], 'gepo: --jobs is for a database; name one file alone.\n'],
    [
      ['verify', 'a.c', 'b.c', '--seconds', '0'],
      'It must be a whole number from 1 on; see gepo verify --help.\n',
    ],
  ])('answers %j with one sentence and ends with 2', async (argv, sentence) => {
    const { exit, stderr } = await run(argv, answering(EQUAL))
    expect(exit).toBe(2)
    expect(stderr).toContain(sentence)
  })

  it('says in a sentence that a file does not exist', async () => {
    const { verifyFiles } = await import('../../../src/verify/verify-files.ts')
    const { exit, stderr } = await run(['verify', '/nowhere/a.c', 'b.c'], {
      loadVerifyFiles: async () => verifyFiles,
    })
    expect({ exit, stderr }).toEqual({ exit: 2, stderr: 'gepo: /nowhere/a.c does not exist.\n' })
  })
})
