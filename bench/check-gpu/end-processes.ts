/**
 * All processes that were started from one, however they were started: Ninja gives each compiler a process group of its
 * own, and others a session. They are known by a variable of their environment, which each hands on.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

const VARIABLE = 'GEPO_CHECK_PART'
/** What holds memory of a GPU takes a while to end. */
const PATIENCE_MS = 10_000

/** For the environment of a process that `endProcesses` is to know. */
export function marking(mark: string): NodeJS.ProcessEnv {
  return { [VARIABLE]: mark }
}

/** Returns when they are gone, or do not end. */
export async function endProcesses(mark: string): Promise<void> {
  for (let waited = 0; waited < PATIENCE_MS; waited += 20) {
    const found = findMarked(`${VARIABLE}=${mark}`)
    if (found.length === 0) return
    for (const pid of found) kill(pid)
    await sleep(20)
  }
}

function findMarked(entry: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && environmentOf(name).includes(entry))
    .map(Number)
}

/** None of a process that has ended, or is another user's. */
function environmentOf(pid: string): string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0')
  } catch {
    return []
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended by itself.
  }
}
