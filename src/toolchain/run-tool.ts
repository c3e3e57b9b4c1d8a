/**
 * One process of LLVM's: text in by stdin, what it wrote out. Neither the text nor the tool's behaviour on it is trusted:
 * time, memory and output are bounded, and its working folder holds nothing.
 */
import { mkdirSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { UserError } from '../base/user-error.ts'

/**
 * CPU time of each process, so that a busy machine changes no result. Each must end by itself: a driver that is
 * killed leaves its compiler running.
 */
export const CPU_LIMIT_S = 10
/** For what waits instead of working: so long that no busy or swapping machine takes it from one that works. */
export const WALL_LIMIT_MS = 30 * 60_000
const MEMORY_KIB = 4 * 1024 * 1024
const LIMITS = `ulimit -c 0; ulimit -v ${MEMORY_KIB}; ulimit -S -t ${CPU_LIMIT_S}; ulimit -H -t ${CPU_LIMIT_S + 2}`

/** What the shell says of a program that it cannot start. */
export const isNotStarted = (exitCode: number | undefined): boolean => exitCode === 126 || exitCode === 127

/** How it ended is in the result; never throws for that. */
export const runTool = (command: readonly string[], input: string, outputLimitBytes: number) =>
  execa('/bin/sh', ['-c', `${LIMITS}; exec "$@"`, 'sh', ...command], {
    input,
    cwd: emptyFolder(),
    // Include paths that the environment adds would make the outcome depend on the machine.
    env: { PATH: process.env.PATH ?? '/usr/bin:/bin', LC_ALL: 'C' },
    extendEnv: false,
    timeout: WALL_LIMIT_MS,
    killSignal: 'SIGKILL',
    maxBuffer: outputLimitBytes,
    stripFinalNewline: false,
    reject: false,
    // Ctrl-C in the terminal is for this program; a tool that it kills would look like one that failed.
    detached: true,
  })

/**
 * Quoted includes are looked up in the working folder first, so that one must hold nothing. One folder for all
 * runs of a user, made again if a cleaner took it away.
 */
export function emptyFolder(): string {
  const owner = process.getuid?.() ?? 0
  const folder = join(tmpdir(), `gepo-empty-${owner}`)
  mkdirSync(folder, { recursive: true, mode: 0o500 })
  if (process.getuid !== undefined && statSync(folder).uid !== owner)
    throw new UserError(`The folder ${folder} belongs to another user: remove it or set TMPDIR.`)
  return folder
}
