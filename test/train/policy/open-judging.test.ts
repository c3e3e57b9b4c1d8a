/** Tasks and verdicts as a run gets them: from a database of problems and by the real judge. */

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { SPLITS } from '../../../src/records/split.ts'
import type { TranslationTask } from '../../../src/records/translation-task.ts'
import { parseTrainConfig } from '../../../src/train/config/load-train-config.ts'
import type { RolloutConfig } from '../../../src/train/config/train-config.ts'
import type { Judging } from '../../../src/train/policy/judging.ts'
import { openJudging } from '../../../src/train/policy/open-judging.ts'
import { run } from '../../cli/captured-context.ts'

const FIXTURES = join(import.meta.dirname, '../../../fixtures/problems')
const folder = mkdtempSync(join(tmpdir(), 'gepo-judging-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const problems = join(folder, 'problems.db')
const config = (given: Record<string, unknown> = {}) =>
  parseTrainConfig({
    method: 'reinforce',
    model: 'm',
    out: 'o',
    tasks: { problems, ...given },
  }) as RolloutConfig

describe('tasks and their judge', () => {
  let judging: Judging
  let task: TranslationTask
  const answer = readFileSync(join(FIXTURES, 'add-two/solution.sh'), 'utf8')

  beforeAll(async () => {
    // One program alone, so that there is one task for each target.
    const source = join(folder, 'sources/add-two')
    mkdirSync(source, { recursive: true })
    for (const name of ['problem.json', 'solution.py']) {
      writeFileSync(join(source, name), readFileSync(join(FIXTURES, 'add-two', name)))
    }
    const made = await run(['problems', join(folder, 'sources'), '--out', problems, '--targets', 'bash,cpp'])
    expect(made.exit, made.stderr).toBe(0)
    judging = await openJudging(config())
    const all = await Promise.all(
      SPLITS.map((split) => judging.tasks({ file: problems, split, sources: null, targets: null })),
    )
    expect(all.flat().map(({ target }) => target)).toEqual(['bash', 'cpp'])
    task = all.flat()[0]!
  })
  afterAll(() => judging.close())

  it('are those of the languages that are asked for', async () => {
    const filter = { file: problems, split: task.split, sources: null, targets: ['cpp'] } as const
    expect((await judging.tasks(filter)).map(({ target }) => target)).toEqual(['cpp'])
    expect(await judging.tasks({ ...filter, sources: ['java'] })).toEqual([])
  })

  it.each([
    ['right', `So:\n\n\`\`\`bash\n${answer}\`\`\`\n`, 'passed'],
    ['right without its block', answer, 'format-error'],
    ['wrong', '```bash\necho 0\n```', 'wrong-answer'],
    ['in another language', '```cpp\nint main() {}\n```', 'format-error'],
  ])('judge an answer that is %s', async (_, text, verdict) => {
    expect(await judging.judge(task, text, {})).toMatchObject({ kind: verdict })
  })

  it('end with the signal', async () => {
    const judged = judging.judge(task, '```bash\nsleep 60\n```', { signal: AbortSignal.timeout(300) })
    await expect(judged).rejects.toThrow()
  })
})

describe('a file that is no database of problems', () => {
  it('is refused when tasks are asked for', async () => {
    const file = join(folder, 'none.db')
    const judging = await openJudging(config({ problems: file }))
    await expect(judging.tasks({ file, split: 'train', sources: null, targets: null })).rejects.toThrow(
      /none\.db/,
    )
    await judging.close()
  })
})
