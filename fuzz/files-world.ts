/**
 * A folder with a small file of each form that gepo reads, made by gepo itself, and the commands that read it. Paths
 * are relative, so that a copy of the folder is as good.
 */
import { copyFileSync, cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import { stringify } from 'yaml'
import { UserError } from '../src/base/user-error.ts'
import { locateTools } from '../src/toolchain/locate-tools.ts'
import { writeAnswers, writeRows } from '../test/evaluate/small-benchmark.ts'
import { writeHumanEvalX } from '../test/problems/crosspleval/humaneval-x-rows.ts'
import type { CommandProcess } from './command-process.ts'

/** What a file is damaged as, besides a row of bytes. */
export type FileForm = 'bytes' | 'text' | 'database' | 'tensors'

export interface Target {
  /** Path in the world. */
  readonly file: string
  readonly form: FileForm
  readonly commands: readonly TargetCommand[]
}

export interface TargetCommand {
  readonly argv: readonly string[]
  /** The file is input alone: the command must leave it as it was. */
  readonly readsOnly: boolean
  /** Ends long work early: a text that is written out, at which Ctrl-C is pressed. */
  readonly interruptAt?: string
}

const FIXTURES = join(import.meta.dirname, '../fixtures')
const STEP = '"event":"step"'
const SMALL_BUILD = ['--winners', '2', '--losers', '2', '--inputs', '4', '--jobs', '1']
const DATABASE_BUILD = [
  'build',
  'functions.c',
  '--out',
  'groups.db',
  ...SMALL_BUILD,
  '--classes',
  'ast=1,ir=1,malformed=1',
]

const CROSS_BUILD = ['benchmark', 'build', 'crosspleval', '--targets', 'python,bash', '--jobs', '1']
const ROWS = ['eval', '--benchmark', 'multipl-e', '--from', 'rows.jsonl', '--jobs', '1']
const ANSWERS_EVALUATION = [
  ...ROWS,
  '--answers',
  'answers.jsonl',
  '--prompt',
  'raw',
  '--out',
  'results',
  '--json',
]

const FEW_TOKENS = ['--limit', '1', '--max-tokens', '4', '--threads', '1', '--out', 'other-results', '--json']

/** Of five tests, the fewest that are taken. */
const TACO_ROW = {
  question: 'The sum of a list.',
  solutions: JSON.stringify(['def total(numbers):\n    return sum(numbers)\n']),
  starter_code: 'def total(numbers):\n    ',
  input_output: JSON.stringify({
    fn_name: 'total',
    inputs: [[[1]], [[1, 2]], [[]], [[-3]], [[4, 4]]],
    outputs: [[1], [3], [0], [-3], [8]],
  }),
  difficulty: 'EASY',
  source: 'codewars',
}

const PROGRAM = `#include <stdio.h>
int main(void) {
  int count, sum = 0;
  scanf("%d", &count);
  for (int i = 0; i < count; i++) { int x; scanf("%d", &x); sum += x > 3 ? x : 2 * x; }
  printf("%d\\n", sum);
  return 0;
}
`
const FUNCTIONS = `int clamp(int x, int low, int high) {
  if (x < low) return low;
  if (x > high) return high;
  return x;
}
unsigned weigh(const unsigned char *text, int length) {
  unsigned sum = 7;
  for (int i = 0; i < length; i++) sum = sum * 31 + (text[i] ^ i);
  return sum;
}
int steps(unsigned n) {
  int count = 0;
  while (n > 1 && count < 100) { n = n % 2 ? 3 * n + 1 : n / 2; count++; }
  return count;
}
`

const common = {
  model: 'model',
  data: { groups: 'groups.db' },
  batch: { groups: 1 },
  maxSteps: 2,
  length: { maxTokens: 1024 },
  engine: { device: 'cpu', numberType: 'float32', threads: 1 },
  evaluation: { split: 'train', groups: 1, everySteps: 1 },
  checkpoints: { everySteps: 1 },
}
const rollouts = {
  tasks: { problems: 'problems.db', split: 'train' },
  rollout: { tasks: 1, samples: 2, maxNewTokens: 4 },
  evaluation: { split: 'train', tasks: 1, everySteps: 1 },
}

/** By file, without the ending. */
const CONFIGURATIONS: Readonly<Record<string, unknown>> = {
  sft: { method: 'sft', ...common, out: 'fresh-sft' },
  gepo: { method: 'gepo', ...common, out: 'fresh-gepo' },
  resumed: { method: 'sft', ...common, out: 'run' },
  pairs: { method: 'sft', ...common, data: undefined, pairs: { file: 'pairs.jsonl' }, out: 'fresh-pairs' },
  reinforce: {
    method: 'reinforce',
    ...common,
    data: undefined,
    batch: undefined,
    ...rollouts,
    out: 'fresh-reinforce',
  },
}

const reads = (...argv: string[]): TargetCommand => ({ argv, readsOnly: true })
const writes = (...argv: string[]): TargetCommand => ({ argv, readsOnly: false })

/** @throws UserError where gepo itself cannot make the files */
export async function makeFilesWorld(folder: string, commands: CommandProcess): Promise<readonly Target[]> {
  const put = (file: string, text: string) => writeFileSync(join(folder, file), text)
  const gepo = async (argv: readonly string[], interruptAt?: string) => {
    const ended = await commands.run({ argv, folder, interruptAt }, 600_000)
    const expected = interruptAt === undefined ? 0 : 130
    if (ended.kind !== 'ended' || ended.exit !== expected)
      throw new UserError(
        `gepo ${argv.join(' ')} fails, so its files cannot be fuzzed: ${JSON.stringify(ended)}`,
      )
  }
  put('program.c', PROGRAM)
  put('functions.c', FUNCTIONS)
  put(
    'build.json',
    JSON.stringify(
      { winners: 2, losers: 2, inputs: 4, jobs: 1, classes: { ast: 1 }, levels: ['O0', 'O2'] },
      null,
      1,
    ),
  )
  put(
    'sources.jsonl',
    `${[PROGRAM, FUNCTIONS].map((code, n) => JSON.stringify({ code, license: 'MIT', id: n })).join('\n')}\n`,
  )
  put('pairs.jsonl', firstLines('expressions/pairs.jsonl', 6))
  put('problems.jsonl', firstLines('expressions/problems.jsonl', 2))
  for (const name of ['bytes-with-license', 'sltrans-shape', 'synthetic-1-shape'])
    copyFileSync(join(FIXTURES, 'sources', `${name}.parquet`), join(folder, `${name}.parquet`))
  mkdirSync(join(folder, 'problem'))
  for (const name of ['problem.json', 'solution.py', 'solution.sh'])
    copyFileSync(join(FIXTURES, 'problems/add-two', name), join(folder, 'problem', name))
  copyFileSync(join(FIXTURES, 'problems/call-two-sum/problem.json'), join(folder, 'calls.json'))
  copyFileSync(join(FIXTURES, 'problems/call-two-sum/solution.py'), join(folder, 'calls.py'))
  put(
    'answer.md',
    `Here it is.\n\n\`\`\`python\n${readFileSync(join(folder, 'problem/solution.py'), 'utf8')}\`\`\`\n`,
  )
  writeRows(folder)
  writeAnswers(folder)
  writeHumanEvalX(join(folder, 'x'))
  put('taco.jsonl', `${JSON.stringify(TACO_ROW)}\n`)
  put('token.txt', `${'a1'.repeat(20)}\n`)
  for (const [name, configuration] of Object.entries(CONFIGURATIONS))
    put(`${name}.yaml`, stringify(configuration))

  const { clang } = locateTools()
  for (const [options, ending] of [
    [['-S'], 'll'],
    [['-c'], 'bc'],
  ] as const)
    for (const name of ['program', 'functions'])
      await execa(clang, ['-O1', '-emit-llvm', ...options, `${name}.c`, '-o', `${name}.${ending}`], {
        cwd: folder,
      })
  await gepo(DATABASE_BUILD)
  await gepo([
    'build',
    'program.c',
    '--out',
    'more.db',
    ...SMALL_BUILD,
    '--classes',
    'ast=1,ir=1,malformed=1',
  ])
  await gepo(['export', 'groups.db', '--format', 'parquet', '--out', 'set', '--no-audit'])
  await gepo([...CROSS_BUILD, 'x', '--from', 'humaneval-x', '--out', 'tasks.jsonl'])
  await gepo(ANSWERS_EVALUATION)
  await gepo(['problems', 'problem', '--out', 'problems.db', '--targets', 'bash,python', '--jobs', '1'])
  await gepo([
    'init-model',
    'groups.db',
    '--out',
    'model',
    '--size',
    'tiny',
    '--hidden',
    '16',
    '--layers',
    '1',
    '--vocabulary',
    '300',
  ])
  await gepo(['train', 'resumed.yaml'], STEP)
  await gepo(['train', 'gepo.yaml'], STEP)
  cpSync(join(folder, 'groups.db.cache'), join(folder, 'kept.cache'))
  return targetsOf(folder)
}

const firstLines = (fixture: string, count: number) =>
  readFileSync(join(FIXTURES, fixture), 'utf8')
    .split('\n')
    .slice(0, count)
    .map((line) => `${line}\n`)
    .join('')

function targetsOf(folder: string): Target[] {
  const filesOf = (inner: string) =>
    readdirSync(join(folder, inner), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name).slice(folder.length + 1))
      .sort()
  const formOf = (file: string): FileForm =>
    /\.safetensors$/.test(file) ? 'tensors' : /\.(json|jsonl|yaml|jinja|txt)$/.test(file) ? 'text' : 'bytes'
  const train = (name: string) => writes('train', `${name}.yaml`, '--json')
  const model = [
    reads('train', 'sft.yaml', '--dry-run', '--json'),
    { ...train('sft'), readsOnly: true },
    { ...train('pairs'), readsOnly: true },
    reads('eval', 'sft.yaml', '--model', 'model', '--split', 'train', '--groups', '1', '--json'),
    reads('eval', 'reinforce.yaml', '--model', 'model', '--split', 'train', '--groups', '1', '--json'),
    reads(...ROWS, '--model', 'model', ...FEW_TOKENS),
  ]
  const push = reads('push', 'set', 'hf:me/groups', '--json')
  const serve = {
    ...reads('serve', '--port', '0', '--slots', '1', '--token-file', 'token.txt'),
    interruptAt: 'answers at',
  }
  const build = (...sources: string[]) =>
    reads('build', ...sources, '--out', 'new.db', ...SMALL_BUILD, '--json')
  const verify = (...files: string[]) => reads('verify', ...files, '--inputs', '20', '--json')
  const judge = (problem: string, answer: string) => [
    reads('judge', problem, answer),
    reads('judge', problem, answer, '--json'),
  ]
  const makeProblems = (source: string) =>
    reads('problems', source, '--out', 'new.db', '--jobs', '1', '--targets', 'bash', '--json')
  return [
    {
      file: 'groups.db',
      form: 'database',
      commands: [
        reads('stats', 'groups.db'),
        reads('stats', 'groups.db', '--json'),
        reads('show', 'groups.db'),
        reads('show', 'groups.db', '--full', '--seed', '3'),
        reads('show', 'groups.db', '--json', '--seed', '4'),
        reads('export', 'groups.db', '--out', '-'),
        reads('export', 'groups.db', '--out', 'lines.jsonl', '--format', 'pairs', '--json'),
        reads('export', 'groups.db', '--format', 'parquet', '--out', 'other-set', '--json'),
        reads('export', 'groups.db', '--format', 'trl', '--form', 'conversational', '--out', 'other-set'),
        reads('merge', 'more.db', 'groups.db', '--out', 'merged.db', '--json'),
        reads('merge', 'groups.db', 'more.db', '--out', 'merged.db', '--allow-mixed', '--allow-unfinished'),
        writes('merge', 'more.db', '--out', 'groups.db'),
        reads('audit', 'groups.db'),
        reads('audit', 'groups.db', '--json'),
        reads(
          'init-model',
          'groups.db',
          '--out',
          'other-model',
          '--size',
          'tiny',
          '--hidden',
          '8',
          '--layers',
          '1',
        ),
        reads('verify', 'groups.db', '--jobs', '1', '--json'),
        reads('redraw', 'groups.db', '--out', 'other.db', '--jobs', '1', '--losers', '1', '--json'),
        writes(...DATABASE_BUILD),
        train('sft'),
      ],
    },
    { file: 'groups.db.cache', form: 'database', commands: [train('gepo')] },
    {
      file: 'problems.db',
      form: 'database',
      commands: [
        reads('stats', 'problems.db'),
        reads('merge', 'problems.db', '--out', 'merged.db', '--allow-mixed', '--json'),
        writes(
          'problems',
          'problem',
          '--out',
          'problems.db',
          '--targets',
          'bash,python',
          '--jobs',
          '1',
          '--json',
        ),
        { ...train('reinforce'), readsOnly: true },
        reads('eval', 'reinforce.yaml', '--model', 'model', '--split', 'train', '--groups', '1', '--json'),
      ],
    },
    ...filesOf('model').map((file): Target => ({ file, form: formOf(file), commands: model })),
    ...filesOf('run').map(
      (file): Target => ({
        file,
        form: formOf(file),
        commands: [train('resumed'), reads('eval', 'resumed.yaml', '--split', 'train', '--groups', '1')],
      }),
    ),
    ...Object.keys(CONFIGURATIONS).map(
      (name): Target => ({
        file: `${name}.yaml`,
        form: 'text',
        commands: [
          reads('train', `${name}.yaml`, '--print-config'),
          reads('train', `${name}.yaml`, '--dry-run'),
          // However much of it the damage asks for.
          { ...reads('train', `${name}.yaml`), interruptAt: STEP },
        ],
      }),
    ),
    {
      file: 'build.json',
      form: 'text',
      commands: [reads('build', 'empty', '--out', 'new.db', '--config', 'build.json')],
    },
    {
      file: 'sources.jsonl',
      form: 'text',
      commands: [
        build('sources.jsonl'),
        reads('cluster', 'slurm', 'sources.jsonl', '--shards', '2', '--out', 'new.db', '--json'),
        reads(
          'cluster',
          'kubernetes',
          'sources.jsonl',
          '--shards',
          '2',
          '--out',
          'new.db',
          '--image',
          'a',
          '--claim',
          'b',
          '--mount',
          '.',
        ),
      ],
    },
    { file: 'problems.jsonl', form: 'text', commands: [makeProblems('problems.jsonl')] },
    { file: 'pairs.jsonl', form: 'text', commands: [{ ...train('pairs'), readsOnly: true }] },
    ...['bytes-with-license', 'sltrans-shape'].map(
      (name): Target => ({
        file: `${name}.parquet`,
        form: 'bytes',
        commands: [build(`${name}.parquet`)],
      }),
    ),
    {
      file: 'synthetic-1-shape.parquet',
      form: 'bytes',
      commands: [makeProblems('synthetic-1-shape.parquet')],
    },
    {
      file: 'problem/problem.json',
      form: 'text',
      commands: [...judge('problem/problem.json', 'problem/solution.sh'), makeProblems('problem')],
    },
    ...filesOf('set').map((file): Target => ({ file, form: formOf(file), commands: [push] })),
    ...filesOf('results').map(
      (file): Target => ({
        file,
        form: formOf(file),
        commands: [
          reads('benchmark', 'table', 'results', '--page', 'tables.html'),
          reads('benchmark', 'table', 'one=results', 'other=results'),
          writes(...ANSWERS_EVALUATION),
        ],
      }),
    ),
    {
      file: 'rows.jsonl',
      form: 'text',
      commands: [
        reads(...ANSWERS_EVALUATION.with(ANSWERS_EVALUATION.indexOf('results'), 'other-results')),
        writes(...ANSWERS_EVALUATION),
      ],
    },
    {
      file: 'answers.jsonl',
      form: 'text',
      commands: [
        reads(...ANSWERS_EVALUATION.with(ANSWERS_EVALUATION.indexOf('results'), 'other-results')),
        writes(...ANSWERS_EVALUATION),
      ],
    },
    ...filesOf('x').map(
      (file): Target => ({
        file,
        form: formOf(file),
        commands: [reads(...CROSS_BUILD, 'x', '--from', 'humaneval-x', '--out', 'other.jsonl', '--json')],
      }),
    ),
    {
      file: 'taco.jsonl',
      form: 'text',
      commands: [reads(...CROSS_BUILD, 'taco.jsonl', '--from', 'taco', '--out', 'other.jsonl', '--json')],
    },
    {
      file: 'tasks.jsonl',
      form: 'text',
      commands: [
        reads(
          'eval',
          '--benchmark',
          'crosspleval',
          '--from',
          'tasks.jsonl',
          '--model',
          'model',
          ...FEW_TOKENS,
        ),
        writes(...CROSS_BUILD, 'x', '--from', 'humaneval-x', '--out', 'tasks.jsonl'),
      ],
    },
    { file: 'token.txt', form: 'text', commands: [serve] },
    { file: 'calls.json', form: 'text', commands: judge('calls.json', 'calls.py') },
    { file: 'calls.py', form: 'text', commands: judge('calls.json', 'calls.py') },
    {
      file: 'answer.md',
      form: 'text',
      commands: judge('problem/problem.json', 'answer.md').map(({ argv, readsOnly }) => ({
        argv: [...argv, '--language', 'python'],
        readsOnly,
      })),
    },
    { file: 'problem/solution.sh', form: 'text', commands: [makeProblems('problem')] },
    ...['program', 'functions'].flatMap((name): Target[] => [
      { file: `${name}.c`, form: 'text', commands: [build(`${name}.c`), verify(`${name}.c`, `${name}.ll`)] },
      {
        file: `${name}.ll`,
        form: 'text',
        commands: [verify(`${name}.c`, `${name}.ll`), verify(`${name}.ll`, `${name}.bc`)],
      },
      { file: `${name}.bc`, form: 'bytes', commands: [verify(`${name}.bc`, `${name}.ll`)] },
    ]),
  ]
}
