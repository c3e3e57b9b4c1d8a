import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { UserError } from '../../src/base/user-error.ts'
import type { InstalledPart } from '../../src/doctor/part.ts'
import type { BuildConfig } from '../../src/pipeline/build-config.ts'
import type { BuildGroups, VerifyGroups, VerifySummary } from '../../src/pipeline/events.ts'
import { openStore } from '../../src/store/store.ts'
import {
  droppedOutcome,
  syntheticGroup,
  syntheticOutcome,
  syntheticRun,
  syntheticSource,
  syntheticUnit,
} from '../store/synthetic-records.ts'
import { run } from './captured-context.ts'

let folder: string
let db: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gepo-cli-'))
  db = join(folder, 'groups.db')
})
afterEach(() => {
  rmSync(folder, { recursive: true })
  vi.unstubAllEnvs()
})

/** Units 0 to count-1, unit 3 dropped. */
const buildSynthetic =
  (count: number, kind: 'finished' | 'interrupted' = 'finished'): BuildGroups =>
  async (config, _sources, store, reporter) => {
    store.beginRun({ ...syntheticRun, config, jobs: config.jobs })
    reporter.report({ kind: 'build-started', unitsFinished: 0 })
    for (let n = 0; n < count; n++) {
      const source = syntheticSource(n)
      store.saveSource(source)
      store.saveExtraction(source.id, [syntheticUnit(n)], [])
      reporter.report({ kind: 'source-extracted', units: 1, drops: 0 })
      store.saveUnitOutcome(n === 3 ? droppedOutcome(n) : syntheticOutcome(n))
    }
    store.finishRun()
    return { kind, sources: count, units: count, groups: count - 1, drops: 1, seconds: 2 }
  }

const withBuild = (build: BuildGroups) => ({ loadBuild: async () => build })
const build = (count = 5) => run(['build', 'folder', '--out', db], withBuild(buildSynthetic(count)))

describe('the command line', () => {
  it('prints help on stdout and ends with 0', async () => {
    const { exit, stdout, stderr } = await run(['--help'])
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' })
    for (const command of ['build', 'verify', 'audit', 'stats', 'show', 'export', 'doctor'])
      expect(stdout).toContain(command)
  })

  it.each(['build', 'verify', 'audit', 'stats', 'show', 'export', 'doctor'])(
    '%s has help with examples and --json',
    async (command) => {
      const { exit, stdout } = await run([command, '--help'])
      expect(exit).toBe(0)
      expect(stdout).toContain(`$ gepo ${command}`)
      expect(stdout).toContain('--json')
    },
  )

  it('prints its version', async () => {
    expect((await run(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
  })

  it('prints help on stderr when told nothing', async () => {
    const { exit, stdout, stderr } = await run([])
    expect({ exit, stdout }).toEqual({ exit: 2, stdout: '' })
    expect(stderr).toContain('Usage: gepo')
  })

  it.each([
    [['quux'], "gepo: unknown command 'quux'; see gepo --help.\n"],
    [['biuld'], "gepo: unknown command 'biuld' (Did you mean build?); see gepo --help.\n"],
    [['stats'], "gepo: missing required argument 'groups.db'; see gepo stats --help.\n"],
    [['stats', 'a.db', 'b.db'], 'gepo: too many arguments for'],
    [['build', 'x', '--out', 'y.db', '--winnerz', '3'], "gepo: unknown option '--winnerz' (Did you mean"],
    [['build', 'x'], "gepo: required option '--out <file>' not specified; see gepo build --help.\n"],
    [
      ['build', 'x', '--out', 'y.db', '--classes', 'ast'],
      'gepo: --classes must be shares of ast, ir and malformed',
    ],
    [
      ['build', 'x', '--out', 'y.db', '--classes', 'ast=1,sh=2'],
      'gepo: --classes must be shares of ast, ir and malformed',
    ],
    [['build', 'x', '--out', 'y.db', '--unit', 'module'], 'gepo: --unit must be program, function or both'],
    [
      ['verify', 'x.db', '--sample', 'half'],
      'It must be a whole number from 1 on; see gepo verify --help.\n',
    ],
    [
      ['export', 'x.db', '--out', 'y', '--format', 'xml'],
      'Allowed choices are jsonl, pairs, parquet, trl; see gepo export --help.\n',
    ],
    [
      ['stats', 'missing.db'],
      'gepo: missing.db does not exist; make it with gepo build <source> --out missing.db.\n',
    ],
  ])('answers %j with one sentence and ends with 2', async (argv, sentence) => {
    const { exit, stdout, stderr } = await run(argv)
    expect({ exit, stdout }).toEqual({ exit: 2, stdout: '' })
    expect(stderr).toContain(sentence)
    expect(stderr.trimEnd()).not.toContain('\n')
  })

  it('prints the stack of a bug and ends with a code that no verdict has', async () => {
    const { exit, stderr } = await run(
      ['build', 'x', '--out', db],
      withBuild(() => Promise.reject(new TypeError('no such thing'))),
    )
    expect(exit).toBe(70)
    expect(stderr).toMatch(/this is a bug.*\nTypeError: no such thing\n {4}at /)
  })
})

describe('what the machine refuses', () => {
  it.each([
    [
      'ENOSPC',
      '/data/runs/a/progress.json',
      /^gepo: no space left for \/data\/runs\/a\/progress\.json: free some/,
    ],
    ['EDQUOT', undefined, /^gepo: the disk quota is used up for what was being read or written/],
    ['EROFS', '/data', /^gepo: \/data lies on a read-only file system/],
    ['EACCES', '/data', /^gepo: permission denied for \/data/],
  ])('is one sentence with the remedy: %s', async (code, path, sentence) => {
    const error = Object.assign(new Error(`${code}: refused`), {
      code,
      syscall: 'write',
      ...(path && { path }),
    })
    const { exit, stderr } = await run(
      ['build', 'x', '--out', db],
      withBuild(() => Promise.reject(error)),
    )
    expect(exit).toBe(2)
    expect(stderr.split('\n').findLast((line) => line.startsWith('gepo:'))).toMatch(sentence)
  })
})

describe('gepo build', () => {
  it('hands over options and sources, saves, and prints what it did', async () => {
    let seen: { config: BuildConfig; sources: readonly string[] } | undefined
    const { exit, stdout } = await run(
      [
        'build',
        'a',
        'b/*.c',
        '--out',
        db,
        '--levels',
        'O0,O2',
        '--seed',
        '7',
        '--cpu-ms',
        '100',
        '--jobs',
        '3',
      ],
      withBuild((config, sources, ...rest) => {
        seen = { config, sources }
        return buildSynthetic(5)(config, sources, ...rest)
      }),
    )
    expect(exit).toBe(0)
    expect(seen).toMatchObject({
      sources: ['a', 'b/*.c'],
      config: { levels: ['O0', 'O2'], seed: 7, jobs: 3, winners: 4, limits: { cpuMs: 100 } },
    })
    expect(stdout).toContain('5 sources read, 5 units done in 2s: 4 groups, 1 drops\n')
    expect(stdout).toContain('1  screen-original: crash')
    expect(stdout).toContain(`gepo show ${db}`)
  })

  it('says first how it compiles, and records it', async () => {
    const { stdout, stderr } = await run(
      ['build', 'folder', '--out', db, '--compiler', 'spawn', '--json'],
      withBuild(buildSynthetic(5)),
    )
    expect(JSON.parse(stderr.split('\n', 1)[0]!)).toEqual({
      event: 'note',
      text: expect.stringMatching(/^Compiler: spawn /),
    })
    expect(JSON.parse(stdout).config.compiler).toBe('spawn')
  })

  it('makes no database when it cannot compile in the way that was asked for', async () => {
    vi.stubEnv('GEPO_COMPILE_WORKER', '/nowhere/compile-worker')
    const { exit, stderr } = await run(
      ['build', 'folder', '--out', db, '--compiler', 'worker'],
      withBuild(buildSynthetic(5)),
    )
    expect(exit).toBe(2)
    expect(stderr).toMatch(/^gepo: --compiler worker cannot be used here: .*\n$/)
    expect(existsSync(db)).toBe(false)
  })

  it('prints JSON alone on stdout with --json', async () => {
    const { stdout } = await run(['build', 'folder', '--out', db, '--json'], withBuild(buildSynthetic(5)))
    expect(JSON.parse(stdout)).toMatchObject({
      kind: 'finished',
      groups: 4,
      stats: { groups: 4, jobs: expect.any(Number) },
    })
  })

  it('leaves a database and no lock when the input is wrong', async () => {
    await build()
    const { exit, stderr } = await run(
      ['build', 'nowhere', '--out', db],
      withBuild(() => Promise.reject(new UserError('nowhere does not exist; name a folder.'))),
    )
    expect({ exit, stderr }).toEqual({ exit: 2, stderr: 'gepo: nowhere does not exist; name a folder.\n' })
    expect(JSON.parse((await run(['stats', db, '--json'])).stdout).groups).toBe(4)
    expect((await build()).exit).toBe(0)
  })

  it('ends with 130 and the command that goes on when it is interrupted', async () => {
    const { exit, stderr } = await run(
      ['build', 'my programs', '--out', db, '--min-winners', '3', '--levels', 'O0,O1,O2'],
      withBuild(buildSynthetic(5, 'interrupted')),
    )
    expect(exit).toBe(130)
    expect(stderr).toContain(
      `To go on: gepo build 'my programs' --out ${db} --min-winners 3 --levels O0,O1,O2\n`,
    )
  })

  it('stops at the first signal with what is stored, and dies at the second', async () => {
    const script = join(import.meta.dirname, 'build-until-signal.ts')
    const child = execa(process.execPath, [script, db], { reject: false })
    await heard(child.stderr, 'waiting')
    child.kill('SIGINT')
    const first = await child
    expect(first.exitCode).toBe(130)
    expect(first.stderr).toContain('storing what is finished')
    expect(first.stderr).toContain('To go on: gepo build')

    const stubborn = execa(process.execPath, [script, db, 'ignore'], { reject: false })
    await heard(stubborn.stderr, 'waiting')
    const stopping = heard(stubborn.stderr, 'storing what is finished')
    stubborn.kill('SIGTERM')
    await stopping
    stubborn.kill('SIGTERM')
    expect((await stubborn).signal).toBe('SIGTERM')
    expect(openStore(db, { readonly: true }).groupCount()).toBeGreaterThan(0)
  })
})

describe('gepo verify', () => {
  const verify = (summary: Partial<VerifySummary>): { loadVerifyGroups: () => Promise<VerifyGroups> } => ({
    loadVerifyGroups: async () => async (_store, _options, reporter) => {
      reporter.report({ kind: 'verify-started', groups: 1 })
      return { kind: 'finished', proven: 1, failures: [], unknown: [], seconds: 1, ...summary }
    },
  })
  const finding = {
    groupId: syntheticGroup(1).id,
    member: 'loser 2',
    reason: 'no-difference',
    detail: 'both \u001b[31mprint 3\nand more',
  }

  beforeEach(build)

  it('ends with 0 when all is proven', async () => {
    expect(await run(['verify', db], verify({}))).toMatchObject({
      exit: 0,
      stdout: '1 groups proven, 0 failed, 0 unknown in 1s\n',
    })
  })

  it('ends with 1 and the finding, made harmless, when a label does not hold', async () => {
    const { exit, stdout } = await run(['verify', db], verify({ failures: [finding] }))
    expect(exit).toBe(1)
    expect(stdout).toContain(
      `FAILED   ${finding.groupId.slice(0, 12)} loser 2: no-difference (both \\x1b[31mprint 3)`,
    )
  })

  it('ends with 3 when something is unknown, 130 when interrupted', async () => {
    expect((await run(['verify', db], verify({ unknown: [finding] }))).exit).toBe(3)
    expect((await run(['verify', db], verify({ kind: 'interrupted' }))).exit).toBe(130)
  })

  it('prints JSON alone with --json', async () => {
    const { stdout } = await run(['verify', db, '--json'], verify({ failures: [finding] }))
    expect(JSON.parse(stdout)).toMatchObject({ proven: 1, failures: [finding] })
  })

  it('hands over sample, seed, jobs and compiler', async () => {
    let options: unknown
    await run(['verify', db, '--sample', '2', '--seed', '5', '--jobs', '1', '--compiler', 'spawn'], {
      loadVerifyGroups: async () => async (_store, given) => {
        options = given
        return { kind: 'finished', proven: 2, failures: [], unknown: [], seconds: 0 }
      },
    })
    expect(options).toEqual({ sample: 2, seed: 5, jobs: 1, compiler: 'spawn' })
  })
})

describe('gepo stats', () => {
  it('has for machines the fields that they rely on', async () => {
    await build()
    const stats = JSON.parse((await run(['stats', db, '--json'])).stdout)
    expect(stats).toMatchObject({
      sources: 5,
      units: 5,
      groups: 4,
      winners: 8,
      losers: 8,
      drops: { 'screen-original': { crash: 1 } },
      operators: { ROR: 8 },
      levels: { O0: 4, O1: 4, O2: 4, O3: 4 },
      classes: { ast: 8 },
      seconds: expect.any(Number),
      jobs: expect.any(Number),
      contentHash: expect.stringMatching(/^[0-9a-f]{64}$/),
    })
  })

  it('has tables for people', async () => {
    await build()
    const { stdout } = await run(['stats', db])
    for (const line of [
      /^units by kind\n {2}program {2}5$/m,
      /^winners in a group: groups\n {2}2 {2}4 {2}▇+$/m,
      /^losers by operator\n {2}ROR {2}8 {2}▇+$/m,
      /^drops by stage and reason\n {2}screen-original: crash {2}1$/m,
      /groups per second and core$/m,
    ]) {
      expect(stdout).toMatch(line)
    }
  })
})

describe('gepo doctor', () => {
  const part = (change: Partial<InstalledPart>): InstalledPart => ({
    name: 'clang 19',
    required: true,
    status: 'ok',
    found: '/usr/bin/clang-19',
    version: '19.1.7',
    problem: null,
    lostWithout: 'no groups',
    remedy: null,
    ...change,
  })

  it('ends with 0 when groups can be built, 1 when not', async () => {
    const { exit, stdout } = await run(['doctor'], { checkParts: async () => [part({})] })
    expect(exit).toBe(0)
    expect(stdout).toContain('/usr/bin/clang-19')
    const missing = part({
      status: 'missing',
      found: null,
      version: null,
      remedy: 'apt-get install clang-19',
    })
    expect((await run(['doctor'], { checkParts: async () => [missing] })).exit).toBe(1)
  })

  it('prints JSON with --json', async () => {
    const { stdout } = await run(['doctor', '--json'], { checkParts: async () => [part({})] })
    expect(JSON.parse(stdout)).toEqual({ ready: true, parts: [part({})] })
  })
})

describe('a reader that leaves early', () => {
  it('is no error', async () => {
    await build(200)
    const bin = join(import.meta.dirname, '../../bin/gepo.mjs')
    const { stdout, stderr, exitCode } = await execa('bash', [
      '-c',
      'set -o pipefail; "$0" "$1" export "$2" --out - | head -c 20',
      process.execPath,
      bin,
      db,
    ])
    expect(stdout).toMatch(/^\{"id":"/)
    expect({ stderr: stderr.replace(/^\d+ groups.*\n?/, ''), exitCode }).toEqual({ stderr: '', exitCode: 0 })
  })
})

/** Fulfilled when the stream has said the word. */
function heard(stream: NodeJS.ReadableStream, word: string): Promise<void> {
  let text = ''
  return new Promise((resolve) => {
    stream.on('data', (chunk) => {
      text += chunk
      if (text.includes(word)) resolve()
    })
  })
}
