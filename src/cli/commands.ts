/**
 * The commands by name, with what the help of the program says of each. A command's module is loaded when that
 * command is asked for, and no other: so a text of help and the figures of a database load no compiler.
 */
import type { Command } from 'commander'
import type { Context } from './context.ts'
import type { ExitCode } from './exit-code.ts'

/** Gives a command, which has its name already, flags and an action. */
export type DefineCommand = (command: Command, context: Context, setExit: (code: ExitCode) => void) => void

export interface CommandEntry {
  readonly name: string
  /** What follows the name: the arguments that the module declares. */
  readonly usage: string
  readonly summary: string
  readonly load: () => Promise<DefineCommand>
}

/** In the order of the help. */
export const COMMANDS: readonly CommandEntry[] = [
  {
    name: 'build',
    usage: '[options] <source...>',
    summary: 'build groups from C sources',
    load: async () => (await import('./commands/build.ts')).buildCommand,
  },
  {
    name: 'verify',
    usage: '[options] <a> [b]',
    summary: 'compare two C or IR files, or prove stored groups again',
    load: async () => (await import('./commands/verify.ts')).verifyCommand,
  },
  {
    name: 'audit',
    usage: '[options] <groups.db>',
    summary: 'look for what gives labels away',
    load: async () => (await import('./commands/audit.ts')).auditCommand,
  },
  {
    name: 'redraw',
    usage: '[options] <groups.db>',
    summary: 'draw other losers for stored groups',
    load: async () => (await import('./commands/redraw.ts')).redrawCommand,
  },
  {
    name: 'merge',
    usage: '[options] <database...>',
    summary: 'put databases together, such as the shards of one build',
    load: async () => (await import('./commands/merge.ts')).mergeCommand,
  },
  {
    name: 'cluster',
    usage: '[options] <engine> <source...>',
    summary: 'write scripts that build shards on Slurm or Kubernetes',
    load: async () => (await import('./commands/cluster.ts')).clusterCommand,
  },
  {
    name: 'stats',
    usage: '[options] <groups.db>',
    summary: 'print figures of a database',
    load: async () => (await import('./commands/stats.ts')).statsCommand,
  },
  {
    name: 'show',
    usage: '[options] <groups.db> [id]',
    summary: 'print one group',
    load: async () => (await import('./commands/show.ts')).showCommand,
  },
  {
    name: 'generate',
    usage: '[options] <model> [prompt...]',
    summary: 'ask a model',
    load: async () => (await import('./commands/generate.ts')).generateCommand,
  },
  {
    name: 'report',
    usage: '[options] <run...>',
    summary: 'put runs of training beside each other: a page, a table, a picture',
    load: async () => (await import('./commands/report.ts')).reportCommand,
  },
  {
    name: 'view',
    usage: '[options] [groups.db]',
    summary: 'show groups and runs in a browser, on this machine',
    load: async () => (await import('./commands/view.ts')).viewCommand,
  },
  {
    name: 'export',
    usage: '[options] <groups.db>',
    summary: 'write groups as JSON lines, Parquet or for TRL',
    load: async () => (await import('./commands/export.ts')).exportCommand,
  },
  {
    name: 'push',
    usage: '[options] <folder> <data set>',
    summary: 'upload an exported data set to the hub',
    load: async () => (await import('./commands/push.ts')).pushCommand,
  },
  {
    name: 'judge',
    usage: '[options] <problem.json> <answer>',
    summary: "judge an answer by a problem's tests",
    load: async () => (await import('./commands/judge.ts')).judgeCommand,
  },
  {
    name: 'serve',
    usage: '[options]',
    summary: 'judge and compare for other trainers, over HTTP',
    load: async () => (await import('./commands/serve.ts')).serveCommand,
  },
  {
    name: 'problems',
    usage: '[options] <source...>',
    summary: 'make translation problems from programs with tests',
    load: async () => (await import('./commands/problems.ts')).problemsCommand,
  },
  {
    name: 'init-model',
    usage: '[options] <groups.db>',
    summary: 'make a small model with random weights',
    load: async () => (await import('./commands/init-model.ts')).initModelCommand,
  },
  {
    name: 'train',
    usage: '[options] <config.yaml>',
    summary: 'train a model on groups and translation tasks',
    load: async () => (await import('./commands/train.ts')).trainCommand,
  },
  {
    name: 'eval',
    usage: '[options] [config.yaml]',
    summary: 'evaluate a model on its own data, or on a benchmark',
    load: async () => (await import('./commands/eval.ts')).evalCommand,
  },
  {
    name: 'benchmark',
    usage: '[options] [command]',
    summary: 'make a benchmark, or tables of results',
    load: async () => (await import('./commands/benchmark.ts')).benchmarkCommand,
  },
  {
    name: 'doctor',
    usage: '[options]',
    summary: 'check what is installed',
    load: async () => (await import('./commands/doctor.ts')).doctorCommand,
  },
]
