/**
 * What can stand between a unit and the machine, best first. Which of them works is found by trying the real command.
 * On each the supervisor's own fences (rlimits, seccomp allow-list, Landlock) hold as well.
 */
import { readlinkSync } from 'node:fs'

/**
 * - `full`: bubblewrap with every namespace, a read-only root of libraries and box, its own /proc.
 * - `proc-bind`: the same with the host's /proc, for containers that mask it.
 * - `landlock`: no namespaces (the kernel or container refuses them); Landlock and seccomp alone.
 * - `none`: whatever the kernel gives; only by the explicit override.
 */
export type Rung = 'full' | 'proc-bind' | 'landlock' | 'none'

export const RUNGS: readonly Rung[] = ['full', 'proc-bind', 'landlock', 'none']

/** The conventional user without rights; real root hands the sandbox to it. */
export const NOBODY = 65534

/** The supervisor's name in the box. */
export const SUPERVISE = '.supervise'

export interface Command {
  readonly file: string
  readonly args: readonly string[]
  readonly cwd: string
  /** Open files that the process finds as descriptor 3 and the following. */
  readonly descriptors?: readonly number[]
}

/** What runs behind the fence: a file of the box, called with the rung's name and these arguments. */
export interface FencedProgram {
  readonly name: string
  readonly args: readonly string[]
}

const SUPERVISOR: FencedProgram = { name: SUPERVISE, args: [] }

/** The command that starts `program` (the supervisor) on `rung` for the box directory `box`. */
export function commandFor(rung: Rung, box: string, program = SUPERVISOR): Command {
  const { name } = program
  const arguments_ = [rung, ...program.args]
  if (rung === 'landlock' || rung === 'none') return { file: `${box}/${name}`, args: arguments_, cwd: box }
  const proc = rung === 'full' ? ['--proc', '/proc'] : ['--ro-bind', '/proc', '/proc']
  const args = [
    ...['--unshare-user', '--unshare-ipc', '--unshare-pid', '--unshare-net', '--unshare-uts'],
    ...['--unshare-cgroup-try', '--die-with-parent', '--new-session'],
    ...['--hostname', 'sandbox', '--uid', `${NOBODY}`, '--gid', `${NOBODY}`, '--cap-drop', 'ALL'],
    ...['--ro-bind', '/usr', '/usr', ...['/bin', '/lib', '/lib64'].flatMap(systemFolder)],
    ...['--ro-bind-try', '/etc/ld.so.cache', '/etc/ld.so.cache'],
    ...proc,
    ...['--ro-bind', box, '/box', '--chdir', '/box', '--remount-ro', '/'],
    ...['--', `/box/${name}`, ...arguments_],
  ]
  return { file: 'bwrap', args, cwd: box }
}

/** Merged-/usr systems have links here, older ones folders. */
export function systemFolder(path: string): string[] {
  try {
    return ['--symlink', readlinkSync(path), path]
  } catch {
    return ['--ro-bind-try', path, path]
  }
}
