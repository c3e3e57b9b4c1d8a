/**
 * Box directories: where executables wait for their runs. In: a folder for temporary files. Out: a fresh
 * directory that the sandbox's user can read. Those whose process is gone are removed on the way.
 */
import { createHash } from 'node:crypto'
import { chmodSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs'
import { join } from 'node:path'

const PREFIX = 'gepo-box-'

/** Makes `<parent>/gepo-box-<system>-<pid>-<random>`. */
export function makeBoxDirectory(parent: string): string {
  sweepBoxDirectories(parent)
  const box = mkdtempSync(join(parent, `${PREFIX}${systemTag()}-${process.pid}-`))
  chmodSync(box, 0o755)
  return box
}

export function removeBoxDirectory(box: string): void {
  rmSync(box, { recursive: true, force: true })
}

/** Removes what processes left that ended without closing their sandbox. */
export function sweepBoxDirectories(parent: string): void {
  const mine = `${PREFIX}${systemTag()}-`
  for (const name of readdirSync(parent)) {
    if (!name.startsWith(mine)) continue
    const pid = Number.parseInt(name.slice(mine.length), 10)
    if (Number.isNaN(pid) || isAlive(pid)) continue
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
