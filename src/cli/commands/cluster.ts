/** `gepo cluster`: writes what builds shards on the machines of a cluster and merges them, and starts it if asked to. */
import { chmodSync, mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { Argument, type Command } from 'commander'
import { explainFileError } from '../../base/explain-file-error.ts'
import { PACKAGE_ROOT } from '../../base/package-root.ts'
import { shellWord } from '../../base/shell-word.ts'
import { UserError } from '../../base/user-error.ts'
import { writeFileAtomically } from '../../base/write-atomically.ts'
import type { ClusterFile, ClusterJob } from '../../cluster/cluster-job.ts'
import { kubernetesFiles } from '../../cluster/kubernetes-files.ts'
import { slurmFiles } from '../../cluster/slurm-files.ts'
import type { Context } from '../context.ts'
import { EXIT, type ExitCode } from '../exit-code.ts'
import { wholeNumber } from '../flags/parse-number.ts'
import { checkBuildOptions } from './build.ts'

type Engine = 'slurm' | 'kubernetes'

interface ClusterFlags {
  readonly shards: number
  readonly out: string
  readonly build: string
  readonly folder?: string
  readonly gepo?: string
  readonly cpus: number
  readonly memory?: string
  readonly time: string
  readonly partition?: string
  readonly account?: string
  readonly scratch?: string
  readonly image?: string
  readonly claim?: string
  readonly mount: string
  readonly namespace?: string
  readonly parallel?: number
  readonly submit?: boolean
  readonly json?: boolean
}

/** What the scripts say themselves. */
const TAKEN = ['--out', '--shard', '--jobs', '--json']

export function clusterCommand(command: Command, context: Context, setExit: (code: ExitCode) => void): void {
  command
    .description(
      'Writes scripts that build the shards of a data set on the machines of a cluster and merge them: for Slurm job ' +
        'arrays, for Kubernetes an Indexed Job. They are meant to be read and changed. A shard that fails or whose ' +
        'machine dies is built again; the merge looks whether all are there, and says which are not.',
    )
    .addArgument(new Argument('<engine>', 'what starts programs there').choices(['slurm', 'kubernetes']))
    .argument('<source...>', 'as for gepo build')
    .requiredOption(
      '--shards <n>',
      'parts to cut the sources into; minutes to an hour each are a good size',
      wholeNumber(1),
    )
    .requiredOption('--out <file>', 'database to make, on a disk that all machines share')
    .option(
      '--build <options>',
      "further options of gepo build, such as '--seed 1 --unit both'; words end at spaces",
      '',
    )
    .option('--folder <folder>', 'where to write the scripts (default: <out>.cluster)')
    .option('--gepo <command>', 'how gepo is started there (default: this one; gepo in a pod)')
    .option('--cpus <n>', 'cores of a shard', wholeNumber(1), 4)
    .option('--memory <size>', 'memory of a shard (default: 1 GiB a core and 2 more)')
    .option('--time <limit>', 'Slurm: time limit of a shard', '04:00:00')
    .option('--partition <name>', 'Slurm: partition')
    .option('--account <name>', 'Slurm: account')
    .option(
      '--scratch <folder>',
      "Slurm: a folder of each node's own (default: $SLURM_TMPDIR, $TMPDIR or /tmp)",
    )
    .option('--image <name>', 'Kubernetes: image with gepo in it; a recipe is written')
    .option('--claim <name>', 'Kubernetes: claim of a volume that all nodes can write')
    .option('--mount <folder>', 'Kubernetes: where the volume lies in a pod; paths are below it', '/data')
    .option('--namespace <name>', 'Kubernetes: namespace')
    .option('--parallel <n>', 'Kubernetes: pods at the same time (default: all)', wholeNumber(1))
    .option('--submit', 'also start it')
    .option('--json', 'print what was written as JSON')
    .addHelpText(
      'after',
      `
Examples:
  $ gepo cluster slurm data.parquet --shards 64 --out all.db --build '--seed 1' --partition cpu --time 01:00:00
  $ gepo cluster slurm 'hf:UKPLab/SLTrans?config=C' --shards 2000 --out all.db --submit
  $ gepo cluster kubernetes sources/ --shards 64 --out all.db --image registry/gepo:1 --claim shared-disk`,
    )
    .action(async (engine: Engine, sources: string[], flags: ClusterFlags) => {
      setExit(await runCluster(engine, sources, flags, context))
    })
}

async function runCluster(
  engine: Engine,
  sources: readonly string[],
  flags: ClusterFlags,
  { stdout, stderr }: Context,
): Promise<ExitCode> {
  const folder = resolve(flags.folder ?? `${flags.out}.cluster`)
  const files = engine === 'slurm' ? filesOfSlurm(sources, flags, folder) : filesOfKubernetes(sources, flags)
  if (engine === 'slurm') stderr.write(await whatIsMissingHere(sources))
  writeFiles(folder, files)
  const submit = join(folder, 'submit.sh')
  if (flags.submit) {
    const { execa } = await import('execa')
    const { exitCode, stdout: said, stderr: complaint } = await execa(submit, { reject: false })
    stderr.write(said === '' ? '' : `${said}\n`)
    if (exitCode !== 0)
      throw new UserError(
        `${submit} failed (${complaint.trim().split('\n').at(-1) ?? ''}); mend it, then run it by hand.`,
      )
  }
  const names = files.map(({ name }) => name)
  stdout.write(
    flags.json
      ? `${JSON.stringify({ folder, files: names, submitted: flags.submit === true })}\n`
      : `${folder} has ${names.join(', ')}\n${flags.submit ? '' : `Start it: ${shellWord(submit)}\n`}`,
  )
  return EXIT.done
}

function filesOfSlurm(sources: readonly string[], flags: ClusterFlags, folder: string): ClusterFile[] {
  const { cpus, memory = `${cpus + 2}G`, time, partition, account, scratch } = flags
  const here = (place: string) => (place.startsWith('hf:') ? place : resolve(place))
  const job = jobOf(flags, sources.map(here), resolve(flags.out), join(PACKAGE_ROOT, 'bin', 'gepo.mjs'))
  return slurmFiles(job, { folder, cpus, memory, time, partition, account, scratch })
}

/** Nodes may see what this machine does not, so it only says so; that a shard fails is seen late, and of each. */
async function whatIsMissingHere(sources: readonly string[]): Promise<string> {
  const { SOURCE_ENDINGS } = await import('../../languages/languages.ts')
  const { countSources } = await import('../../sources/read-sources.ts')
  try {
    await countSources(
      sources.filter((place) => !place.startsWith('hf:')),
      { endings: SOURCE_ENDINGS },
    )
    return ''
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    return `As seen from here, all shards will fail: ${error.message}\n`
  }
}

function filesOfKubernetes(sources: readonly string[], flags: ClusterFlags): ClusterFile[] {
  const { cpus, memory = `${cpus + 2}Gi`, image, claim, mount, namespace, shards, parallel = shards } = flags
  if (image === undefined || claim === undefined)
    throw new UserError(
      'Kubernetes needs --image <name>, an image with gepo in it, and --claim <name>, the claim of a volume that all nodes can write.',
    )
  const there = (place: string) => (place.startsWith('hf:') ? place : resolve(mount, place))
  const job = jobOf(flags, sources.map(there), there(flags.out), 'gepo')
  return kubernetesFiles(job, { image, claim, mount, namespace, cpus, memory, parallel })
}

function jobOf(
  { shards, build, gepo }: ClusterFlags,
  sources: readonly string[],
  out: string,
  ownGepo: string,
): ClusterJob {
  const buildOptions = build.split(/\s+/).filter((word) => word !== '')
  const taken = TAKEN.find((flag) =>
    buildOptions.some((word) => word === flag || word.startsWith(`${flag}=`)),
  )
  if (taken !== undefined) throw new UserError(`${taken} is for the scripts to say; leave it out of --build.`)
  try {
    checkBuildOptions(buildOptions)
  } catch (error) {
    throw error instanceof UserError ? new UserError(`In --build: ${error.message}`) : error
  }
  return { shards, sources, out, buildOptions, gepo: gepo ?? ownGepo }
}

function writeFiles(folder: string, files: readonly ClusterFile[]): void {
  try {
    mkdirSync(folder, { recursive: true })
    for (const { name, text, isProgram } of files) {
      const path = join(folder, name)
      writeFileAtomically(path, text)
      if (isProgram) chmodSync(path, 0o755)
    }
  } catch (error) {
    throw explainFileError(error, folder)
  }
}
