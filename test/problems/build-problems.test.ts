import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { UserError } from '../../src/base/user-error.ts'
import { findPrograms } from '../../src/judge/find-programs.ts'
import { definitionOf } from '../../src/judge/languages/languages.ts'
import { openJudge } from '../../src/judge/open-judge.ts'
import { buildProblems, type ProblemsSettings } from '../../src/problems/build-problems.ts'
import { readProblems } from '../../src/problems/read-problems.ts'
import { readTasks } from '../../src/problems/read-tasks.ts'
import { SPLITS } from '../../src/records/split.ts'
import { DEFAULT_SUITE_LIMITS } from '../../src/records/suite.ts'
import { openProblemsStore } from '../../src/store/problems/problems-store.ts'
import { run } from '../cli/captured-context.ts'
import { type ScriptedJudge, scriptedJudge } from './scripted-judge.ts'

const FIXTURES = join(import.meta.dirname, '../../fixtures/problems')
const GEPO = join(import.meta.dirname, '../../bin/gepo.mjs')

const SETTINGS: ProblemsSettings = { minTests: 2, maxTests: 16, jobs: 2, limits: DEFAULT_SUITE_LIMITS }

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gepo-test-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

/** Problems "add n", each proven by a program that says so. */
function putProblems(name: string, numbers: readonly number[], program = 'right'): string {
  const place = join(folder, name)
  for (const n of numbers) {
    mkdirSync(join(place, `add-${n}`), { recursive: true })
    const tests = [1, 2, 3].map((x) => ({ kind: 'stdin', input: `${x} ${n}`, output: `${x + n}` }))
    writeFileSync(join(place, `add-${n}`, 'problem.json'), JSON.stringify({ tests }))
    writeFileSync(join(place, `add-${n}`, 'solution.sh'), program)
  }
  return place
}

const trusting = () =>
  scriptedJudge((code) => (code === 'wrong' ? { kind: 'timeout', test: 0 } : { kind: 'passed' }))

async function build(
  specs: readonly string[],
  judge: ScriptedJudge,
  {
    out = 'problems.db',
    stopAfter = Number.POSITIVE_INFINITY,
    ...settings
  }: Partial<ProblemsSettings> & { out?: string; stopAfter?: number } = {},
) {
  const store = openProblemsStore(join(folder, out), { readonly: false })
  const controller = new AbortController()
  let rows = 0
  try {
    store.beginRun({ targets: ['python', 'cpp'] }, { minTests: 2 })
    const summary = await buildProblems(
      specs,
      { ...SETTINGS, ...settings },
      store,
      judge,
      () => {
        if (++rows === stopAfter) controller.abort(new Error('stopped'))
      },
      controller.signal,
    )
    return { summary, stats: store.stats(), problems: store.problems() }
  } finally {
    store.close()
  }
}

describe('a run', () => {
  test('stores what is proven, and of the rest why not', async () => {
    const specs = [putProblems('good', [1, 2, 3]), putProblems('bad', [4], 'wrong')]
    const { summary, stats } = await build(specs, trusting(), { license: 'MIT' })
    expect(summary).toMatchObject({
      kind: 'finished',
      counts: { problem: 3, dropped: 1, earlier: 0, unjudged: 0 },
    })
    expect(stats).toMatchObject({
      problems: 3,
      datasets: { good: 3 },
      licenses: { MIT: 3 },
      languages: { bash: 3 },
      drops: { 'solution-fails': 1 },
    })
  })

  test('finds a problem again that comes under another name, with some of its tests', async () => {
    const specs = [putProblems('one', [1, 2]), putProblems('two', [2, 3])]
    const { stats } = await build(specs, trusting())
    expect(stats).toMatchObject({ problems: 3, datasets: { one: 2, two: 1 }, drops: { duplicate: 1 } })
  })

  test('that is stopped goes on where it was, to the same end', async () => {
    const specs = [putProblems('all', [1, 2, 3, 4, 5, 6, 7, 8])]
    const whole = await build(specs, trusting(), { out: 'whole.db' })
    const stopped = await build(specs, trusting(), { stopAfter: 3 })
    expect(stopped.summary.kind).toBe('interrupted')
    expect(stopped.stats.problems).toBe(3)
    const judge = trusting()
    const { summary, problems } = await build(specs, judge)
    expect(summary).toMatchObject({ kind: 'finished', counts: { problem: 5, earlier: 3 } })
    expect(judge.asked).toHaveLength(5)
    expect(problems).toEqual(whole.problems)
  })

  test('leaves what could not be judged for a later one', async () => {
    const specs = [putProblems('all', [1])]
    const absent = scriptedJudge(() => ({ kind: 'unjudged', reason: 'not installed' }))
    expect((await build(specs, absent)).summary).toMatchObject({
      counts: { unjudged: 1 },
      unjudged: 'bash is unjudged: not installed',
    })
    expect((await build(specs, trusting())).summary.counts).toMatchObject({ problem: 1, earlier: 0 })
  })

  test('reads as many rows as it is told', async () => {
    const { stats } = await build([putProblems('all', [1, 2, 3])], trusting(), { limit: 2 })
    expect(stats.problems).toBe(2)
  })

  test('says that a file is damaged whose rows no longer fit each other', async () => {
    const specs = [putProblems('some', [1, 2])]
    await build(specs, trusting())
    const db = new Database(join(folder, 'problems.db'))
    db.pragma('foreign_keys = OFF')
    db.exec('DELETE FROM problems')
    db.close()
    await expect(build(specs, trusting())).rejects.toThrow(
      /problems\.db is damaged \(.*constraint failed.*\); restore/,
    )
  })

  test('refuses a file that was made with other options, or is something else', async () => {
    const place = join(folder, 'problems.db')
    await build([putProblems('all', [1])], trusting())
    const store = openProblemsStore(place, { readonly: false })
    expect(() => store.beginRun({}, { minTests: 9 })).toThrow(/use the same options, or another --out/)
    store.close()
    writeFileSync(join(folder, 'other.db'), 'no database at all, whatever its name may say')
    expect(() => openProblemsStore(join(folder, 'other.db'), { readonly: false })).toThrow(UserError)
    expect(() => openProblemsStore(join(folder, 'none.db'), { readonly: true })).toThrow(/does not exist/)
  })
})

describe('tasks', () => {
  test('are each program in each language asked for but its own, each with an id of its own', async () => {
    await build([putProblems('all', [1, 2])], trusting())
    const database = join(folder, 'problems.db')
    const tasks = readTasks(database)
    expect(tasks.map(({ source, target }) => `${source.language} ${target}`)).toEqual([
      ...['bash python', 'bash cpp', 'bash python', 'bash cpp'],
    ])
    expect(new Set(tasks.map(({ id }) => id)).size).toBe(4)
    expect(readTasks(database).map(({ id }) => id)).toEqual(tasks.map(({ id }) => id))
    expect(readTasks(database, { targets: ['bash'] })).toEqual([])
    expect(readTasks(database, { sources: ['python'] })).toEqual([])
    const splits = SPLITS.map((split) => readTasks(database, { split }))
    expect(splits.flat()).toHaveLength(4)
  })

  test('of functions are for languages that can be called, and say what to declare', async () => {
    const judge = trusting()
    await build([join(FIXTURES, 'call-two-sum')], judge)
    const tasks = readTasks(join(folder, 'problems.db'), {
      targets: ['python', 'cpp', 'javascript', 'typescript', 'php'],
      sources: ['python'],
    })
    expect(tasks.map(({ target, declaration }) => [target, declaration])).toEqual([
      ['cpp', 'std::optional<std::vector<long long>> twoSum(const std::vector<long long>& p1, long long p2)'],
      ['javascript', 'function twoSum(p1, p2)'],
      ['typescript', 'function twoSum(p1: number[], p2: number): number[] | null'],
      ['php', 'function twoSum($p1, $p2)'],
    ])
  })
})

describe('gepo problems', () => {
  test('makes problems of a folder, and says what it holds', async () => {
    const place = putProblems('all', [1, 2], 'read -r a b; echo $((a + b))')
    const out = join(folder, 'out.db')
    const { exit, stdout } = await run([
      'problems',
      place,
      '--out',
      out,
      '--license',
      'MIT',
      '--targets',
      'cpp',
    ])
    expect(exit).toBe(0)
    expect(stdout).toMatch(/^2 problems made, 0 rows dropped, 0 done before/)
    expect(stdout).toContain('holds 2 problems')
    expect(readTasks(out)).toMatchObject([
      { target: 'cpp', license: 'MIT', dataset: 'all' },
      { target: 'cpp', license: 'MIT', dataset: 'all' },
    ])
  })

  test.each([
    [['--targets', 'cpp,pyhton'], 'not pyhton (did you mean python?)'],
    [['--min-tests', '0'], '--min-tests must be at least 1'],
    [['--min-tests', '9', '--max-tests', '3'], '--min-tests (9) must not exceed --max-tests (3)'],
  ])('ends with 2 and a sentence for %j', async (flags, sentence) => {
    const place = putProblems('all', [1])
    const { exit, stderr } = await run(['problems', place, '--out', join(folder, 'out.db'), ...flags])
    expect({ exit, stderr }).toEqual({ exit: 2, stderr: expect.stringContaining(sentence) })
    expect(existsSync(join(folder, 'out.db'))).toBe(false)
  })

  test('goes on after a kill, to the same end', async () => {
    const slow = 'read -r a b; sleep 0.1; echo $((a + b))'
    const place = putProblems('all', [1, 2, 3, 4, 5, 6], slow)
    const [killed, whole] = [join(folder, 'killed.db'), join(folder, 'whole.db')]
    const command = (out: string) => ['problems', place, '--out', out, '--jobs', '1', '--json']
    const child = spawn(process.execPath, [GEPO, ...command(killed)], { stdio: 'ignore' })
    const ended = new Promise((resolve) => child.once('close', resolve))
    while (problemsIn(killed) < 2) await new Promise((resolve) => setTimeout(resolve, 20))
    child.kill('SIGKILL')
    await ended
    const again = JSON.parse((await run(command(killed))).stdout)
    expect(again.counts.earlier).toBeGreaterThanOrEqual(2)
    expect(again.counts.earlier + again.counts.problem).toBe(6)
    await run(command(whole))
    expect(readTasks(killed)).toEqual(readTasks(whole))
  })
})

/** Also while another process writes it. */
function problemsIn(path: string): number {
  try {
    const store = openProblemsStore(path, { readonly: true })
    const { problems } = store.stats()
    store.close()
    return problems
  } catch {
    return 0
  }
}

describe('our own problems', () => {
  const go = findPrograms(definitionOf('go'))?.go
  test.skipIf(go === undefined)('are written for the oldest Go that is supported, 1.19', () => {
    const files = readdirSync(FIXTURES)
      .map((name) => join(FIXTURES, name, 'solution.go'))
      .filter((path) => existsSync(path))
    expect(files.length).toBeGreaterThan(0)
    for (const file of files) {
      const args = ['build', '-gcflags=-lang=go1.19', '-o', join(folder, 'solution'), file]
      const { status, stderr } = spawnSync(go!, args, { encoding: 'utf8' })
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    }
  })

  test('every solution passes, in every language that is installed', async () => {
    const judge = await openJudge({ slots: 2 })
    try {
      const failures: unknown[] = []
      let problems = 0
      for await (const item of readProblems([FIXTURES])) {
        if (item.kind === 'dropped') {
          failures.push(item)
          continue
        }
        problems++
        const { readings, comparison, solutions, origin } = item.problem
        const suite = { tests: readings[0]!, comparison, limits: DEFAULT_SUITE_LIMITS }
        expect(readFileSync(join(FIXTURES, origin.row, 'solution.py'), 'utf8')).not.toBe('')
        const verdicts = await Promise.all(
          solutions
            .filter(({ language }) => findPrograms(definitionOf(language)) !== undefined)
            .map(async (solution) => ({ row: origin.row, verdict: await judge.judge(solution, suite) })),
        )
        failures.push(...verdicts.filter(({ verdict }) => verdict.kind !== 'passed'))
      }
      expect(failures).toEqual([])
      expect(problems).toBeGreaterThanOrEqual(30)
    } finally {
      await judge.close()
    }
  }, 600_000)
})
