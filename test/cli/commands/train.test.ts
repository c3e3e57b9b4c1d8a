import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import { describe, expect, it } from 'vitest'
import { parse, stringify } from 'yaml'
import { readTasks } from '../../../src/problems/read-tasks.ts'
import { SPLITS } from '../../../src/records/split.ts'
import { makeTinyWorld, tinyConfig } from '../../train/run/tiny-run.ts'
import { openBigramEngine } from '../../train/tensor-engine/bigram-engine.ts'
import { run } from '../captured-context.ts'

const BIN = join(import.meta.dirname, '../../../bin/gepo.mjs')
const world = makeTinyWorld(20)
const engine = { loadTensorEngine: async () => openBigramEngine() }
const configFile = (name: string, given: Record<string, unknown> = {}) => {
  const file = join(world.folder, `${name}.yaml`)
  writeFileSync(file, stringify(tinyConfig(world, { out: join(world.folder, name), ...given })))
  return file
}

describe('gepo train', () => {
  it('trains, sums up, and evaluates by the same file', async () => {
    const file = configFile('trained')
    const { exit, stdout, stderr } = await run(['train', file], engine)
    expect({ exit, stderr: stderr.split('\n').some((line) => line.includes('"event":"step"')) }).toEqual({
      exit: 0,
      stderr: true,
    })
    expect(stdout).toContain('8 of 8 steps')
    expect(stdout).toContain(`model: ${join(world.folder, 'trained', 'model')}`)

    const evaluated = await run(['eval', file, '--split', 'validation', '--json'], engine)
    expect(evaluated.exit).toBe(0)
    const last = readFileSync(join(world.folder, 'trained', 'metrics.jsonl'), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
      .findLast(({ kind }) => kind === 'evaluation')
    const figures = JSON.parse(evaluated.stdout)
    expect(figures).toMatchObject({ split: 'validation', groups: last.groups })
    // The default is the best model, which may be an earlier one.
    if (!existsSync(join(world.folder, 'trained', 'best'))) expect(figures.loss).toBeCloseTo(last.loss, 12)
  })

  it('takes options of the command line, and says them again for the way on', async () => {
    const file = configFile('setting')
    const set = ['--set', 'maxSteps=4', '--set', `out=${join(world.folder, 'set')}`]
    const interrupting = openBigramEngine((step) => void (step === 3 && process.emit('SIGINT')))
    const stopped = await run(['train', file, ...set], { loadTensorEngine: async () => interrupting })
    expect(stopped.stderr).toContain(`To go on: gepo train ${file} ${set.join(' ')}\n`)
    expect((await run(['train', file, ...set], engine)).stdout).toContain('4 of 4 steps')
    expect((await run(['eval', file, ...set, '--split', 'train'], engine)).stdout).toContain(
      join(world.folder, 'set'),
    )
    const printed = await run(['train', file, '--set', 'gepo.lambda=0.25', '--print-config'], engine)
    expect(printed.stdout).toContain('  lambda: 0.25\n')
  })

  it('saves at Ctrl-C, says how to go on, and goes on', async () => {
    const file = configFile('interrupted')
    const interrupting = openBigramEngine((step) => void (step === 3 && process.emit('SIGINT')))
    const stopped = await run(['train', file], { loadTensorEngine: async () => interrupting })
    expect(stopped.exit).toBe(130)
    expect(stopped.stdout).toContain('3 of 8 steps')
    expect(stopped.stderr).toContain(`To go on: gepo train ${file}`)

    const { exit, stdout } = await run(['train', file, '--json'], engine)
    expect(exit).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ kind: 'finished', step: 8 })
  })

  it('answers translation tasks of a database of problems, which the judge tries', async () => {
    const problems = join(world.folder, 'problems.db')
    const source = join(world.folder, 'sources/add-two')
    const fixture = join(import.meta.dirname, '../../../fixtures/problems/add-two')
    for (const name of ['problem.json', 'solution.py', 'solution.sh'])
      cpSync(join(fixture, name), join(source, name))
    await run(['problems', source, '--out', problems, '--targets', 'javascript'])
    // One problem is in one split, which is both trained and validated on.
    const split = SPLITS.find((name) => readTasks(problems, { split: name }).length > 0)
    const file = join(world.folder, 'reinforce.yaml')
    const config = {
      method: 'reinforce',
      model: world.model,
      out: join(world.folder, 'reinforced'),
      tasks: { problems, split },
      rollout: { tasks: 2, maxNewTokens: 5 },
      maxSteps: 2,
      engine: { numberType: 'float64' },
      evaluation: { split },
    }
    writeFileSync(file, stringify(config))
    const { exit, stdout } = await run(['train', file], engine)
    expect(exit).toBe(0)
    expect(stdout).toContain('1 of 1 steps')
    expect(stdout).toMatch(/^evaluation +step +passed$/m)

    const evaluated = await run(['eval', file, '--split', split!], engine)
    expect(evaluated.stdout).toMatch(/passed 0\.000 of 2 tasks/)
    expect(evaluated.stdout).toMatch(/^python to javascript +1 +0\.000$/m)
    const asJson = await run(['eval', file, '--split', split!, '--json'], engine)
    expect(JSON.parse(asJson.stdout)).toMatchObject({ split, translation: { answers: 2, passRate: 0 } })
  })

  it('prints the table of classes and operators', async () => {
    const file = configFile('table', { maxSteps: 1 })
    await run(['train', file], engine)
    const { stdout } = await run(['eval', file, '--split', 'test'], engine)
    expect(stdout).toMatch(/^class +groups +accuracy +pairs +margin +loss\nast +2 /m)
    expect(stdout).toMatch(/^ROR +2 /m)
  })

  it('prints every option without doing anything', async () => {
    const file = configFile('printed')
    const { exit, stdout } = await run(['train', file, '--print-config'])
    expect(exit).toBe(0)
    expect(parse(stdout)).toEqual(parse(readFileSync(file, 'utf8')))
    expect(existsSync(join(world.folder, 'printed'))).toBe(false)
  })

  it('prints the memory plan without loading anything', async () => {
    const model = join(world.folder, 'qwen')
    const made = await run(['init-model', world.database, '--out', model, '--size', 'tiny', '--json'])
    const { parameters } = JSON.parse(made.stdout)
    const file = configFile('planned', { model })
    const plan = JSON.parse((await run(['train', file, '--dry-run', '--json'])).stdout)
    // All in double precision, as the configuration says.
    expect(plan).toMatchObject({
      parameters,
      weights: 8 * parameters,
      gradients: 8 * parameters,
      optimizer: 16 * parameters,
    })
    const { stdout } = await run(['train', file, '--dry-run'])
    expect(stdout).toMatch(/^activations +[0-9.]+ MiB/m)
  })

  it('plans for as many devices as a run would take here', async () => {
    const model = join(world.folder, 'qwen-all')
    await run(['init-model', world.database, '--out', model, '--size', 'tiny'])
    // An engine that names GPUs, and does nothing else.
    const trainer = join(world.folder, 'trainer.cjs')
    writeFileSync(
      trainer,
      "module.exports = { builtFor: '2', torchVersion: '2', start: () => true, call: async () => ['a', 'b', 'c', 'd'], abort() {} }",
    )
    const planned = async (name: string, engineOptions: object, GEPO_TRAINER: string) => {
      const file = configFile(name, { model, engine: { ...engineOptions, numberType: 'float32' } })
      const { stdout, stderr, exitCode } = await execa(
        process.execPath,
        [BIN, 'train', file, '--dry-run', '--json'],
        {
          env: { GEPO_TRAINER },
          reject: false,
        },
      )
      return exitCode === 0 ? JSON.parse(stdout).ranks : [exitCode, stderr]
    }
    expect(await planned('all', { devices: 'all' }, trainer)).toBe(4)
    expect(await planned('eight', { devices: 8 }, trainer)).toBe(8)
    expect(await planned('on the CPU', { devices: 'all', device: 'cpu' }, '/nowhere')).toBe(1)
    expect(await planned('unknown', { devices: 'all' }, '/nowhere')).toEqual([
      2,
      expect.stringContaining('--set engine.devices=4'),
    ])
  })

  it('makes a wider model in the proportions of the sizes, its heads too', async () => {
    const out = join(world.folder, 'wide')
    await run([
      'init-model',
      world.database,
      '--out',
      out,
      '--size',
      'tiny',
      '--hidden',
      '128',
      '--layers',
      '1',
    ])
    expect(JSON.parse(readFileSync(join(out, 'config.json'), 'utf8'))).toMatchObject({
      hidden_size: 128,
      intermediate_size: 384,
      num_attention_heads: 4,
      head_dim: 32,
    })
  })

  it.each([
    [['train', 'none.yaml'], 'gepo: The configuration none.yaml cannot be read (ENOENT)'],
    [['train'], "missing required argument 'config.yaml'"],
    [['eval', 'none.yaml'], 'gepo: The configuration none.yaml cannot be read'],
  ])('%j is refused with a sentence', async (argv, sentence) => {
    const { exit, stderr } = await run(argv)
    expect(exit).toBe(2)
    expect(stderr).toContain(sentence)
  })
})
