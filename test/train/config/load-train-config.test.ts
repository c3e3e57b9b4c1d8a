import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { formatTrainConfig } from '../../../src/train/config/format-train-config.ts'
import { loadTrainConfig, parseTrainConfig } from '../../../src/train/config/load-train-config.ts'
import type { GroupConfig } from '../../../src/train/config/train-config.ts'
import { scratchFolder } from '../../scratch-folder.ts'

const least = { method: 'gepo', model: 'models/tiny', out: 'runs/a', data: { groups: 'groups.db' } }

const translating = {
  method: 'reinforce',
  model: 'models/tiny',
  out: 'runs/a',
  tasks: { problems: 'problems.db' },
}

describe('the configuration of training', () => {
  it("takes the paper's numbers where the file says nothing", () => {
    const config = parseTrainConfig(least)
    expect(config).toMatchObject({
      batch: { groups: 8 },
      length: { maxTokens: 8192 },
      epochs: 1,
      optimizer: { learningRate: 5e-7, weightDecay: 0 },
      schedule: { kind: 'cosine', warmupRatio: 0.03 },
      gepo: {
        beta: 0.1,
        lambda: 1,
        variance: 'population',
        length: 'sum',
        winnerLikelihood: 0,
        winnerFloor: 0,
      },
    })
  })

  it("takes the paper's weights of both losses, and REINFORCE++'s usual numbers", () => {
    expect(parseTrainConfig({ ...translating, ...least, method: 'oorl' })).toMatchObject({
      oorl: { reinforceWeight: 1, preferenceWeight: 0.01, preference: 'gepo' },
      gepo: { lambda: 1 },
      rollout: { tasks: 8, samples: 1, steps: 1, temperature: 1, topP: 1, topK: 0 },
      reinforce: {
        advantages: 'auto',
        klCoefficient: 1e-4,
        clip: 0.2,
        dualClip: null,
        rewardShape: 'binary',
      },
    })
  })

  it('takes pairs of texts in place of groups for supervised training', () => {
    const config = parseTrainConfig({ method: 'sft', model: 'm', out: 'o', pairs: { file: 'p.jsonl' } })
    expect(config).toMatchObject({ method: 'sft', pairs: { style: 'raw' }, batch: { groups: 8 } })
    expect(config).not.toHaveProperty('data')
  })

  it('cannot be changed afterwards', () => {
    expect(Object.isFrozen((parseTrainConfig(least) as GroupConfig).data)).toBe(true)
  })

  it.each([
    [
      'an option that is misspelt',
      { ...least, gepo: { lamda: 1 } },
      '"gepo.lamda" in a.yaml is no option here; did you mean "lambda"?',
    ],
    [
      'one in another habit of writing',
      { ...least, optimizer: { learning_rate: 1 } },
      'did you mean "learningRate"?',
    ],
    [
      'one like no other',
      { ...least, prompt: { xyzzy: 1 } },
      'known are style, template, system, date, response, endToken.',
    ],
    ['one of another method', { ...least, dpo: { beta: 1 } }, '"dpo" in a.yaml is no option here'],
    [
      'one of another kind of training',
      { ...least, engine: { training: { kind: 'lora', master: true } } },
      '"engine.training.master" in a.yaml is no option here; known are kind, rank, alpha, targets, adapter.',
    ],
    [
      'groups for a method that takes tasks',
      { ...least, method: 'reinforce', tasks: { problems: 'p.db' } },
      '"data" in a.yaml is no option here',
    ],
    ['tasks that are missing', { ...least, method: 'oorl' }, '"tasks" is missing in a.yaml'],
    [
      'a baseline of one answer',
      { ...translating, reinforce: { advantages: 'baseline' } },
      '"rollout.samples" is 1; set it to 2 or more.',
    ],
    [
      'more steps than answers',
      { ...translating, rollout: { tasks: 2, samples: 2, steps: 5 } },
      '"rollout.steps" in a.yaml shares 4 answers out to 5 steps; lower it.',
    ],
    [
      'answers that leave no room for a prompt',
      { ...translating, length: { maxTokens: 100 }, rollout: { maxNewTokens: 100 } },
      '"rollout.maxNewTokens" in a.yaml leaves no room for a prompt',
    ],
    [
      'a floor without a reference to be above',
      { ...least, gepo: { winnerFloor: 50, referenceFree: true } },
      '"gepo.winnerFloor" in a.yaml compares with the reference, and "gepo.referenceFree" has none; leave one of them out.',
    ],
    [
      'a reference that nothing looks at',
      { ...least, reference: 'models/old', gepo: { referenceFree: true } },
      '"reference" in a.yaml is for log-ratios, and "gepo.referenceFree" takes none; leave one of them out.',
    ],
    [
      'what only a sigmoid has, with IPO',
      { ...least, method: 'dpo', dpo: { loss: 'ipo', targetMargin: 1 } },
      '"dpo.targetMargin" in a.yaml is of the sigmoid loss, and "dpo.loss" is ipo; leave one of them out.',
    ],
    [
      'pairs for a method that wants losers',
      { ...translating, method: 'dpo', pairs: { file: 'p.jsonl' } },
      '"data" is missing in a.yaml',
    ],
    [
      'a method that is not',
      { ...least, method: 'ppo' },
      '"method" in a.yaml must be one of sft, dpo, gepo, reinforce, oorl, not "ppo".',
    ],
    ['what is missing', { method: 'gepo' }, '"model" is missing in a.yaml; it has no default.'],
    [
      'a number out of range',
      { ...least, batch: { groups: 0 } },
      '"batch.groups" in a.yaml must be at least 1, not 0.',
    ],
    ['a number as text', { ...least, epochs: '2' }, '"epochs" in a.yaml must be a whole number, not "2".'],
    [
      'a name of no class',
      { ...least, data: { groups: 'g', classes: ['c'] } },
      '"data.classes.0" in a.yaml must be one of ast, ir, malformed, not "c".',
    ],
    ['a list instead of options', ['gepo'], 'a.yaml must hold options by name'],
  ])('refuses %s by name', (_, given, sentence) => {
    expect(() => parseTrainConfig(given, 'a.yaml')).toThrow(sentence)
  })
})

describe('the file', () => {
  const folder = scratchFolder()
  const write = (text: string) => {
    const file = join(folder, 'config.yaml')
    writeFileSync(file, text)
    return file
  }

  it('is YAML', () => {
    const file = write('method: dpo\nmodel: m\nout: o\ndata: {groups: g.db}\ndpo:\n  beta: 0.2 # higher\n')
    expect(loadTrainConfig(file).config).toMatchObject({ method: 'dpo', dpo: { beta: 0.2, loss: 'sigmoid' } })
  })

  it('is what is set over it, each value as its option wants it', () => {
    const file = write(
      'method: gepo\nmodel: m\nout: o\ndata: {groups: g.db}\noptimizer: {weightDecay: 0.1}\n',
    )
    const settings = [
      'optimizer.learningRate=1e-6',
      'data.groups=2024',
      'model=a: b=c',
      'gepo.lambda=0',
      'gepo.lambda=0.01',
      'engine.training={kind: lora, rank: 4}',
      'reference=null',
      'gepo.referenceFree=true',
    ]
    expect(loadTrainConfig(file, settings).config).toMatchObject({
      optimizer: { learningRate: 1e-6, weightDecay: 0.1 },
      data: { groups: '2024' },
      model: 'a: b=c',
      gepo: { lambda: 0.01, referenceFree: true },
      engine: { training: { kind: 'lora', rank: 4, alpha: 32 } },
      reference: null,
    })
    const printed = formatTrainConfig(loadTrainConfig(file, ['gepo.lambda=2']))
    expect(printed).toContain('  lambda: 2\n')
  })

  it('is of the method that is set', () => {
    const file = write('method: gepo\nmodel: m\nout: o\ndata: {groups: g.db}\n')
    expect(loadTrainConfig(file, ['method=dpo', 'dpo.beta=0.3']).config).toMatchObject({ dpo: { beta: 0.3 } })
  })

  it.each([
    [
      'optimizer.learning_rate=1',
      '"optimizer.learning_rate" in FILE with what --set says is no option here; did you mean "learningRate"?',
    ],
    [
      'optimzer.learningRate=1',
      '"optimzer" in FILE with what --set says is no option here; did you mean "optimizer"?',
    ],
    ['gepo.lambda=much', '"gepo.lambda" in FILE with what --set says must be a number, not "much".'],
    ['seed.x=1', '"seed" in FILE with what --set says must be a whole number'],
    [
      'epochs',
      '"epochs" sets no option; write its dotted name and its value, such as optimizer.learningRate=1e-6.',
    ],
    ['=3', '"=3" sets no option'],
    ['gepo..lambda=3', '"gepo..lambda=3" sets no option'],
    ['__proto__.x=3', '"__proto__" in FILE with what --set says is no option here'],
    ['method=ppo', '"method" in FILE with what --set says must be one of sft'],
  ])('refuses %s', (setting, sentence) => {
    const file = write('method: gepo\nmodel: m\nout: o\ndata: {groups: g.db}\n')
    expect(() => loadTrainConfig(file, [setting])).toThrow(sentence.replace('FILE', file))
  })

  it('is refused with the line where it is not', () => {
    expect(() => loadTrainConfig(write('a: b: c'))).toThrow(/is not YAML: .* line 1/)
  })

  it.each([
    ['an alias that nothing defines', 'model: *m'],
    [
      'aliases without end',
      `a: &a [x, x]\n${Array.from({ length: 9 }, (_, n) => `b${n}: &b${n} [${'*a, '.repeat(20)}]\n`).join('')}`.replace(
        /\*a/g,
        '*a',
      ),
    ],
    ['nesting without end', '['.repeat(100_000)],
  ])('is refused for %s', (_what, text) => {
    expect(() => loadTrainConfig(write(text))).toThrow(/is not YAML: .+[^:.]\.$/)
  })

  it('is refused with the reason where it is missing', () => {
    expect(() => loadTrainConfig(join(folder, 'none.yaml'))).toThrow(/cannot be read \(ENOENT\)/)
  })

  it.each([
    'method: reinforce\nmodel: m\nout: o\ntasks: {problems: p.db}\n',
    'method: oorl\nmodel: m\nout: o\ndata: {groups: g.db}\ntasks: {problems: p.db}\n',
    'method: sft\nmodel: m\nout: o\npairs: {file: p.jsonl}\n',
  ])('is printed with the source of every default: %j', (text) => {
    const loaded = loadTrainConfig(write(text))
    const printed = formatTrainConfig(loaded)
    expect(printed).not.toContain('undefined')
    expect(parseTrainConfig(parse(printed))).toEqual(loaded.config)
  })

  it('is printed with every default and its source, and means the same when read again', () => {
    const loaded = loadTrainConfig(
      write(
        'method: gepo\nmodel: m\nout: o\ndata: {groups: g.db}\nengine: {training: {kind: lora, rank: 4}}\n',
      ),
    )
    const printed = formatTrainConfig(loaded)
    expect(printed).toContain('  learningRate: 5e-7 # default: the paper\n')
    expect(printed).toContain('    rank: 4\n')
    expect(printed).toContain('  lambda: 1 # default: the paper\n')
    expect(printed).not.toContain('undefined')
    expect(parseTrainConfig(parse(printed))).toEqual(loaded.config)
  })
})
