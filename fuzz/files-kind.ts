/**
 * Damaged files through every command that reads them: a seed is one file, damaged once, and one command. It must end
 * with a status that is documented for it and, where that is 2, one sentence; never with a stack trace, a signal, 70, or not
 * at all. What it says must not move a terminal's cursor, and it must not change what it only reads.
 */
import { execFileSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, extname, join } from 'node:path'
import { createRandom, type Random } from '../src/base/random.ts'
import { startWritingHub, TOKEN } from '../test/export/writing-hub.ts'
import { type CommandEnd, openCommandProcess } from './command-process.ts'
import { damageBytes, damageTensorHead, damageText } from './damage.ts'
import { damageDatabase } from './damage-database.ts'
import { makeFilesWorld, type Target, type TargetCommand } from './files-world.ts'
import type { FuzzKind, StepResult } from './fuzz-kind.ts'

/** Much more than any of them takes; where a machine is so busy that one does not end, the next try is longer. */
const PATIENCE_MS = [120_000, 600_000]
/** libtorch and a model take a quarter of it. */
const MOST_MIB = 3000
const LONGEST_SENTENCE = 2000

export const filesKind: FuzzKind = {
  summary:
    'damaged databases, checkpoints, data sets and configurations through every command that reads them',
  seedsPerStep: 1,
  async open() {
    const world = mkdtempSync(join(tmpdir(), 'gepo-fuzz-world-'))
    const hub = await startWritingHub()
    const commands = openCommandProcess(undefined, { HF_ENDPOINT: hub.endpoint, HF_TOKEN: TOKEN })
    const close = async () => {
      commands.close()
      await hub.close()
      rmSync(world, { recursive: true, force: true })
    }
    let targets: readonly Target[]
    try {
      targets = await makeFilesWorld(world, commands)
    } catch (error) {
      await close()
      throw error
    }
    const kinds = Object.values(Object.groupBy(targets, ({ file }) => kindOf(file))) as Target[][]
    return {
      async step(seed, folder): Promise<StepResult> {
        const random = createRandom(`files ${seed}`)
        const place = join(folder, 'files')
        cpSync(world, place, { recursive: true })
        const target = random.pick(random.pick(kinds))
        const command = random.pick(target.commands)
        const how = damage(place, target, random, targets)
        const path = join(place, target.file)
        // A pipe has no contents to keep, and reading it would wait for ever.
        const before = how.startsWith('entry') ? undefined : readFileSync(path)
        const { argv, interruptAt } = command
        const ended = await untilEnded((timeoutMs) =>
          commands.run({ argv, folder: place, interruptAt }, timeoutMs),
        )
        const faults = faultsOf(ended, command)
        if (
          before !== undefined &&
          command.readsOnly &&
          !(existsSync(path) && readFileSync(path).equals(before))
        )
          faults.push(`it changed ${target.file}, which it only reads`)
        if (ended.kind === 'ended' && ended.peakMib > MOST_MIB) commands.close()
        const said = [
          `gepo ${argv.join(' ')} in files/, ${target.file} damaged: ${how}`,
          ...faults,
          describe(ended),
        ]
        return {
          counts: {
            cases: 1,
            [`${argv[0]} ${ended.kind === 'ended' ? ended.exit : ended.kind}`]: 1,
            [`damaged ${kindOf(target.file)}`]: 1,
          },
          findings: faults.length === 0 ? [] : [{ name: argv[0]!, said: said.join('\n'), keep: [place] }],
        }
      },
      close,
    }
  },
}

/** Every kind of file has the same share: a folder's files together, a database each, others by their ending. */
const kindOf = (file: string) =>
  file.includes('/')
    ? file.split('/')[0]!
    : file.startsWith('groups.db') || file === 'problems.db'
      ? file
      : extname(file)

/** What is endless may be a machine that is too busy. */
async function untilEnded(run: (timeoutMs: number) => Promise<CommandEnd>): Promise<CommandEnd> {
  let ended: CommandEnd = { kind: 'endless' }
  for (const timeoutMs of PATIENCE_MS) {
    ended = await run(timeoutMs)
    if (ended.kind !== 'endless') break
  }
  return ended
}

/** @returns what was done, for people */
function damage(place: string, target: Target, random: Random, targets: readonly Target[]): string {
  const path = join(place, target.file)
  if (random.chance(0.03)) return damageEntry(place, target.file, random)
  if (target.form === 'database' && random.chance(0.7)) return damageDatabase(path, random)
  const bytes = readFileSync(path)
  const other = readFileSync(join(place, random.pick(targets).file))
  const { how, bytes: damaged } =
    target.form === 'text' && random.chance(0.7)
      ? damageText(bytes, random)
      : target.form === 'tensors' && random.chance(0.6)
        ? damageTensorHead(bytes, random)
        : damageBytes(bytes, other, random)
  writeFileSync(path, damaged)
  return how
}

/** Something else in the file's place. */
function damageEntry(place: string, file: string, random: Random): string {
  const path = join(place, file)
  // A pipe or a device that somebody names is read as long as it gives; one among a folder's files is damage.
  const isNamed = !/^(?:model|run|results|set)\//.test(file)
  const how = random.pick([
    ...['nothing', 'folder', 'link to itself'],
    ...(isNamed ? [] : ['pipe', 'link to /dev/zero', 'a file for its folder']),
  ])
  const folder = dirname(path)
  rmSync(path, { force: true })
  if (how === 'folder') mkdirSync(path)
  if (how === 'pipe') execFileSync('mkfifo', [path])
  if (how === 'link to itself') symlinkSync(basename(path), path)
  if (how === 'link to /dev/zero') symlinkSync('/dev/zero', path)
  if (how === 'a file for its folder') {
    rmSync(folder, { recursive: true })
    writeFileSync(folder, '')
  }
  return `entry: ${how}`
}

/** Statuses besides 0 and 2, by command. */
const STATUSES: Readonly<Record<string, readonly number[]>> = {
  verify: [1, 3],
  judge: [1, 3],
  audit: [1],
  problems: [3],
  eval: [3],
}

/** What is wrong with the end of a command, in sentences. */
export function faultsOf(ended: CommandEnd, { argv, interruptAt }: TargetCommand): string[] {
  if (ended.kind === 'died') return [`its process died: ${ended.detail.split('\n', 1)[0]}`]
  if (ended.kind === 'endless') return ['it does not end']
  const { exit, stdout, stderr, peakMib } = ended
  const faults: string[] = []
  const statuses = [0, 2, ...(STATUSES[argv[0]!] ?? []), ...(interruptAt === undefined ? [] : [130])]
  if (!statuses.includes(exit)) faults.push(`it ends with ${exit}`)
  const sentences = stderr.split('\n').filter((line) => line.startsWith('gepo: '))
  if (exit === 2 && sentences.length !== 1) faults.push(`it says ${sentences.length} sentences`)
  if (sentences.some(({ length }) => length > LONGEST_SENTENCE))
    faults.push('its sentence is longer than a page')
  // Groups as JSON lines go to programs, which are told of such signs by escapes.
  const shown = argv[0] === 'export' ? stderr : stdout + stderr
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a terminal would obey them
  if (/[\x00-\x08\x0b-\x1f\x7f\x80-\x9f]/.test(shown)) faults.push('it writes control characters')
  if (/^\s+at .*\.(?:ts|js|mjs):\d+/m.test(stdout + stderr)) faults.push('it shows a stack trace')
  if (/internal-error|\bTypeError\b|\bRangeError\b/.test(stdout + stderr))
    faults.push('it tells of an internal error')
  if (argv.includes('--json') && exit !== 2 && stdout !== '' && !isJson(stdout))
    faults.push('it writes no JSON')
  if (peakMib > MOST_MIB) faults.push(`it takes ${Math.round(peakMib)} MiB`)
  return faults
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

function describe(ended: CommandEnd): string {
  if (ended.kind === 'endless') return 'no end'
  if (ended.kind === 'died') return ended.detail
  const cut = (text: string) => text.slice(0, 5000)
  return `exit ${ended.exit}\nstdout:\n${cut(ended.stdout)}\nstderr:\n${cut(ended.stderr)}`
}
