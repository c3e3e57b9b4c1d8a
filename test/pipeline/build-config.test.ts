import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { UserError } from '../../src/base/user-error.ts'
import { contentConfig, parseBuildConfig } from '../../src/pipeline/build-config.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'gepo-config-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

function configFile(content: unknown): string {
  const path = join(folder, 'config.json')
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
  return path
}

function errorOf(flags: Record<string, unknown>, file?: string): string {
  try {
    parseBuildConfig(flags, file)
  } catch (error) {
    if (error instanceof UserError) return error.message
    throw error
  }
  throw new Error('accepted')
}

describe('a build configuration', () => {
  it('has defaults for all but the sources', () => {
    expect(parseBuildConfig({})).toMatchObject({
      levels: ['O0', 'O1', 'O2', 'O3', 'Os', 'Oz'],
      winners: 4,
      losers: 4,
      minWinners: 2,
      minLosers: 2,
      unit: 'both',
      inputs: 16,
      seed: 0,
    })
  })

  it('takes flags over the file over defaults', () => {
    const file = configFile({ winners: 3, losers: 5, limits: { cpuMs: 100, outputBytes: 2048 } })
    const config = parseBuildConfig({ winners: 6, losers: undefined, limits: { cpuMs: 300 } }, file)
    expect(config).toMatchObject({ winners: 6, losers: 5, limits: { cpuMs: 300, outputBytes: 2048 } })
    expect(config.limits.memoryBytes).toBe(parseBuildConfig({}).limits.memoryBytes)
  })

  it('names levels in one order, each once, so that equal choices are equal', () => {
    expect(parseBuildConfig({ levels: ['Oz', 'O0', 'Oz'] }).levels).toEqual(['O0', 'Oz'])
  })

  it('reads a shard', () => {
    expect(parseBuildConfig({ shard: '3/8' }).shard).toEqual({ index: 3, count: 8 })
  })

  it('has shares of loser classes, of which only the proportions count', () => {
    expect(parseBuildConfig({}).classes).toEqual({ ast: 1, ir: 0, malformed: 0 })
    expect(parseBuildConfig({ classes: { ir: 6, ast: 4 } }).classes).toEqual({ ast: 2, ir: 3, malformed: 0 })
    expect(parseBuildConfig({}, configFile({ classes: { malformed: 7 } })).classes).toEqual({
      ast: 0,
      ir: 0,
      malformed: 1,
    })
  })

  it('is frozen all through', () => {
    const config = parseBuildConfig({})
    expect(Object.isFrozen(config) && Object.isFrozen(config.limits) && Object.isFrozen(config.levels)).toBe(
      true,
    )
  })

  it('keeps apart what groups depend on: not jobs, limit or shard', () => {
    const one = contentConfig(parseBuildConfig({ jobs: 1, limit: 5, shard: '1/2' }))
    expect(one).toEqual(contentConfig(parseBuildConfig({ jobs: 9 })))
    for (const change of [
      { seed: 1 },
      { levels: ['O0', 'O1'] },
      { winners: 5 },
      { losers: 5 },
      { minWinners: 1 },
      { minLosers: 1 },
      { classes: { ast: 1, ir: 1 } },
      { select: 'hard' },
      { unit: 'program' },
      { inputs: 3 },
      { limits: { cpuMs: 99 } },
    ]) {
      expect(contentConfig(parseBuildConfig(change))).not.toEqual(one)
    }
  })
})

describe('a wrong option gets one sentence that names it', () => {
  it.each([
    [{ winners: 'abc' }, '--winners must be a whole number, not "abc"; see gepo build --help.'],
    [{ winners: 0 }, '--winners must be at least 1, not 0; see gepo build --help.'],
    [{ seed: 1.5 }, '--seed must be a whole number, not 1.5; see gepo build --help.'],
    [{ seed: -1 }, '--seed must be at least 0, not -1; see gepo build --help.'],
    [{ levels: ['O0', 'O9'] }, '--levels must be levels out of O0, O1, O2, O3, Os, Oz, not "O9"'],
    [{ classes: 'ast' }, '--classes must be shares of ast, ir and malformed, such as ast=3,ir=1, not "ast"'],
    [{ classes: { ir: 0 } }, '--classes must give some class a share'],
    [{ classes: { ir: -1 } }, '--classes must be at least 0, not -1'],
    [
      { classes: { poison: 1 } },
      '--classes must be shares of ast, ir and malformed, such as ast=3,ir=1, not {"poison":1}',
    ],
    [{ select: 'best' }, '--select must be one of mixed, hard, diverse, random, not "best"'],
    [{ levels: [] }, '--levels must name at least one level'],
    [{ unit: 'module' }, '--unit must be program, function or both, not "module"'],
    [{ shard: '3' }, '--shard must look like 1/4, not "3"'],
    [{ shard: '5/4' }, '--shard must look like 1/4, with the first number from 1 to the second'],
    [{ shard: '0/4' }, '--shard must look like 1/4, with the first'],
    [{ limits: { cpuMs: 'long' } }, '--cpu-ms must be a whole number, not "long"'],
    [{ minLosers: 9 }, '--min-losers (9) must not exceed --losers (4)'],
    [{ levels: ['O0'] }, '--min-winners asks for 2 distinct winners but --levels names only 1 level(s)'],
  ])('%o', (flags, sentence) => {
    expect(errorOf(flags)).toContain(sentence)
    expect(errorOf(flags)).not.toContain('\n')
  })

  it('of the file', () => {
    const file = configFile({ winners: 'many', limits: { cpuMs: 1 } })
    expect(errorOf({}, file)).toContain(`"winners" in ${file} must be a whole number, not "many"`)
    expect(errorOf({ winners: 3 }, file)).toContain(`"limits.cpuMs" in ${file} must be at least 10, not 1`)
    expect(errorOf({}, configFile({ winnners: 3 }))).toContain(
      `"winnners" in ${file} is not an option; known are`,
    )
    expect(errorOf({}, configFile({ limits: 5 }))).toContain(`"limits" in ${file}`)
    expect(errorOf({}, configFile({ limits: { cpu: 5 } }))).toContain(
      `"limits.cpu" in ${file} is not an option`,
    )
  })

  it('of a file that is none', () => {
    expect(errorOf({}, join(folder, 'missing.json'))).toContain('cannot be read (ENOENT)')
    expect(errorOf({}, configFile('{winners: 3'))).toContain('is not JSON')
    expect(errorOf({}, configFile([1]))).toContain('must hold a JSON object')
  })
})
