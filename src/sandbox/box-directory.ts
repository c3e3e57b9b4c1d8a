/**
 * Box directories hold executables until they are run. In: a folder for temporary files. Out: a fresh
 * directory that the sandbox's user can read. A process takes its own along when it ends, also those of threads that were
 * stopped before they could close their sandboxes; what a killed one left is removed on the way by the next.
 */
import { createHash } from 'node:crypto'
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { isMainThread } from 'node:worker_threads'

const PREFIX = 'gepo-box-'

/** Where this thread made boxes. */
const parents = new Set<string>()
if (isMainThread) {
  process.once('exit', () => {
    for (const parent of parents) removeBoxDirectories(parent, (pid) => pid === process.pid)
  })
}

/** Makes `<parent>/gepo-box-<system>-<pid>-<random>`. */
export function makeBoxDirectory(parent: string): string {
  sweepBoxDirectories(parent)
  parents.add(parent)
  const box = mkdtempSync(join(parent, nameForProcess(PREFIX)))
  chmodSync(box, 0o755)
  return box
}

/** What the names of this process's own begin with: `<prefix><system>-<pid>-`. */
export const nameForProcess = (prefix: string): string => `${prefix}${systemTag()}-${process.pid}-`

/** Whether a name of this kind belongs to a process of this system that has ended. */
export function isAbandoned(name: string, prefix: string): boolean {
  const mine = `${prefix}${systemTag()}-`
  const pid = Number.parseInt(name.slice(mine.length), 10)
  return name.startsWith(mine) && !Number.isNaN(pid) && !isAlive(pid)
}

export function removeBoxDirectory(box: string): void {
  rmSync(box, { recursive: true, force: true })
}

/** Removes what processes left that ended without closing their sandbox. */
export function sweepBoxDirectories(parent: string): void {
  removeBoxDirectories(parent, (pid) => !isAlive(pid))
}

function removeBoxDirectories(parent: string, belongs: (pid: number) => boolean): void {
  if (!existsSync(parent)) return
  const mine = `${PREFIX}${systemTag()}-`
  for (const name of readdirSync(parent)) {
    if (!name.startsWith(mine)) continue
    const pid = Number.parseInt(name.slice(mine.length), 10)
    if (Number.isNaN(pid) || !belongs(pid)) continue
    try {
      removeBoxDirectory(join(parent, name))
    } catch {
      // Another user's: theirs to sweep.
    }
  }
}

/** Process ids mean something only within one boot and one PID namespace, and folders may be shared between several. */
function systemTag(): string {
  const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1')
  const namespace = readlinkSync('/proc/self/ns/pid')
  return createHash('sha256').update(`${boot}${namespace}`).digest('hex').slice(0, 8)
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
