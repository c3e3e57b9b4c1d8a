import { readdirSync, readFileSync } from 'node:fs'

/** Processes that this one began, and they in turn, whose command line has the word in it. */
export function descendants(ancestor: number, word: string): number[] {
  const found: number[] = []
  const open = [ancestor]
  for (let pid = open.pop(); pid !== undefined; pid = open.pop()) {
    try {
      if (readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes(word)) found.push(pid)
      for (const task of readdirSync(`/proc/${pid}/task`)) {
        const children = readFileSync(`/proc/${pid}/task/${task}/children`, 'latin1').trim()
        if (children !== '') open.push(...children.split(' ').map(Number))
      }
    } catch {
      // It ended meanwhile.
    }
  }
  return found.filter((pid) => pid !== ancestor)
}

/** All processes but this one whose command line has the word in it. */
export function processesWith(word: string): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => {
      try {
        return pid > 0 && pid !== process.pid && readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes(word)
      } catch {
        // It ended meanwhile.
        return false
      }
    })
}

/** Whether a process is neither gone nor a zombie: where there is no init, nobody reaps it at once. */
export function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'latin1'))
  } catch {
    return false
  }
}
