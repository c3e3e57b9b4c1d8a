import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { makeTinyWorld, tinyConfig } from '../../train/run/tiny-run.ts'
import { openBigramEngine } from '../../train/tensor-engine/bigram-engine.ts'
import { run } from '../captured-context.ts'

const world = makeTinyWorld(20)
const engine = { loadTensorEngine: async () => openBigramEngine() }
const trained = join(world.folder, 'trained')
const ask = (...args: string[]) => run(['generate', ...args, '--max-tokens', '12'], engine)
const lines = (text: string) =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
const write = (name: string, text: string) => {
  writeFileSync(join(world.folder, name), text)
  return join(world.folder, name)
}

beforeAll(async () => {
  const prompt = { template: 'compile: {{ code }}' }
  const file = write('trained.yaml', stringify(tinyConfig(world, { out: trained, maxSteps: 2, prompt })))
  await run(['train', file], engine)
})

describe('gepo generate', () => {
  it('prints the answer to one prompt alone', async () => {
    const { exit, stdout, stderr } = await ask(world.model, 'int f(void) { return 1; }')
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' })
    expect(stdout).toMatch(/\n$/)
    expect(stdout).not.toContain('==')
  })

  it('asks as the run did that a model is from, and a text of JSON lines as it is', async () => {
    const file = write('asked.jsonl', '{"prompt": "int g;", "id": 7}\n\n{"prompt": "int h;"}\n')
    const { stdout } = await ask(trained, 'int f;', '--file', file, '--json')
    expect(lines(stdout).map(({ id, prompt }) => [id, prompt])).toEqual([
      ['argument 1', 'compile: int f;\n'],
      ['7', 'int g;'],
      ['asked.jsonl 3', 'int h;'],
    ])
  })

  it('takes a file for one text, and the groups of a split for their code', async () => {
    const file = write('f.c', 'int f;\nint g;\n')
    const alone = lines((await ask(world.model, '--file', file, '--json')).stdout)
    expect(alone).toHaveLength(1)
    expect(alone[0]).toMatchObject({ id: 'f.c', sample: 0, prompt: 'int f;\nint g;\n' })
    const groups = ['--groups', world.database, '--split', 'train', '--limit', '3', '--json']
    const asked = lines((await ask(trained, ...groups)).stdout)
    expect(asked).toHaveLength(3)
    expect(asked.every(({ prompt }) => prompt.startsWith('compile: '))).toBe(true)
  })

  it('draws several answers by a seed, the same ones each time', async () => {
    const drawn = async (seed: string) => {
      const { stdout } = await ask(world.model, 'int f;', '--samples', '3', '--seed', seed, '--json')
      return lines(stdout).map(({ sample, answer }) => [sample, answer])
    }
    const first = await drawn('1')
    expect(first.map(([sample]) => sample)).toEqual([0, 1, 2])
    expect(new Set(first.map(([, answer]) => answer)).size).toBeGreaterThan(1)
    expect(await drawn('1')).toEqual(first)
    expect(await drawn('2')).not.toEqual(first)
  })

  it('goes on with a file, in which a line may be half written', async () => {
    const out = join(world.folder, 'answers.jsonl')
    await ask(world.model, 'int f;', '--out', out)
    appendFileSync(out, '{"id":"half')
    const { stderr } = await ask(world.model, 'int f;', 'int g;', '--out', out)
    expect(stderr).toContain(`${out}: 1 answers, 1 were there\n`)
    expect(lines(readFileSync(out, 'utf8')).map(({ id }) => id)).toEqual(['argument 1', 'argument 2'])

    const others = [
      [trained, 'int f;'],
      [world.model, 'int other;'],
      [world.model, 'int f;', '--temperature', '1'],
    ]
    for (const args of others) {
      const refused = await ask(...args, '--out', out)
      expect(refused.exit).toBe(2)
      expect(refused.stderr).toContain(
        'holds answers by another model, to other prompts or by other settings',
      )
    }
    expect(lines(readFileSync(out, 'utf8'))).toHaveLength(2)
  })

  it('keeps what is whole at Ctrl-C', async () => {
    const out = join(world.folder, 'interrupted.jsonl')
    const interrupting = openBigramEngine()
    const stopped = await run(
      ['generate', world.model, 'int f;', 'int g;', '--out', out, '--batch-size', '1', '--max-tokens', '12'],
      {
        loadTensorEngine: async () => ({
          ...interrupting,
          async openModel(options) {
            const model = await interrupting.openModel(options)
            return {
              ...model,
              async generate({ onResponse, signal, ...rest }) {
                const one = {
                  ...rest,
                  offsets: rest.offsets.slice(0, 2),
                  ids: rest.ids.slice(0, rest.offsets[1]),
                }
                await model.generate({ ...one, ...(onResponse && { onResponse }) })
                process.emit('SIGINT')
                signal?.throwIfAborted()
                throw new Error('the signal was not raised')
              },
            }
          },
        }),
      },
    )
    expect(stopped.exit).toBe(130)
    expect(lines(readFileSync(out, 'utf8'))).toHaveLength(1)
    const { exit, stderr } = await ask(world.model, 'int f;', 'int g;', '--out', out)
    expect({ exit, went: stderr.includes('1 answers, 1 were there') }).toEqual({ exit: 0, went: true })
  })

  it.each([
    [['nowhere', 'x'], 'nowhere holds no model; name a folder with config.json, or the "out" of gepo train.'],
    [[world.model], 'There is nothing to ask; give a prompt, --file or --groups.'],
    [[world.model, ' '], 'The prompt "argument 1" is empty'],
    [[world.model, 'x', '--split', 'test'], '--split and --limit are for --groups'],
    [[world.model, 'x', '--system', 'y'], '--system is for --prompt chat'],
    [[world.model, 'x', '--level', 'O2'], '--level is for the prompts of a run that ask for one'],
    [[trained, 'x', '--level', 'O2'], 'ask for no level; leave --level out.'],
    [
      [world.model, 'x', '--samples', '2', '--temperature', '0'],
      '--temperature 0 gives the same answer 2 times',
    ],
    [[world.model, '--file', join(world.folder, 'none')], 'does not exist'],
    [[world.model, '--file', world.folder], 'is a folder where a file belongs'],
    [
      [world.model, 'x', '--out', world.database],
      'holds something that is no answer; name another file as --out.',
    ],
  ])('refuses %j in a sentence', async (args, sentence) => {
    const { exit, stderr } = await ask(...args)
    expect(stderr).toContain(sentence)
    expect(exit).toBe(2)
    expect(existsSync(world.database)).toBe(true)
  })

  it('names the line that is no prompt, and ids that are there twice', async () => {
    const broken = write('broken.jsonl', '{"prompt": "a"}\n{"promt": "b"}\n')
    expect((await ask(world.model, '--file', broken)).stderr).toContain(
      `Line 2 of ${broken} is no prompt; each is JSON such as {"prompt": "..."}.`,
    )
    const twice = write('twice.jsonl', '{"prompt": "a", "id": "x"}\n{"prompt": "b", "id": "x"}\n')
    expect((await ask(world.model, '--file', twice)).stderr).toContain('Two prompts are called "x"')
  })
})
