/**
 * Databases of groups in, what a page of each costs out: the time to read it at the start, a page of the list, one of a filter,
 * a search, a group, the drops. Processor time, medians, each of pages that were not asked for before. Prints a table and gates nothing.
 *
 * `node bench/view-pages.ts small.db large.db`
 */
import { openStore } from '../src/store/store.ts'
import { createViewApp } from '../src/view/create-view-app.ts'
import { openGroups } from '../src/view/open-groups.ts'

const ROUNDS = 15
const WORDS = ['main', 'perf', 'optimized', 'parquet', '00000', '00001', 'of', 'count'].flatMap((word) => [
  word,
  `${word} main`,
  `perf ${word}`,
])

for (const path of process.argv.slice(2)) console.log(`${path}: ${await measure(path)}`)

async function measure(path: string): Promise<string> {
  const start = process.cpuUsage()
  const groups = openGroups(path, Number.POSITIVE_INFINITY)
  const readMs = cpuMs(start)
  const app = createViewApp({
    name: path,
    groups,
    runs: undefined,
    prover: { prove: async () => ({ told: {} }), close: async () => {} },
    auditDesk: undefined,
    report: (error) => console.error(error),
  })
  const store = openStore(path, { readonly: true })
  const ids = Array.from(store.groups({ sample: ROUNDS, seed: 1 }), ({ group }) => group.id)
  store.close()
  const median = async (address: (round: number) => string) => {
    const times: number[] = []
    for (let round = -3; round < ROUNDS; round++) {
      const from = process.cpuUsage()
      const response = await app.request(`http://localhost${address(round + 3)}`, {
        headers: { host: 'localhost' },
      })
      await response.text()
      if (round >= 0) times.push(cpuMs(from))
    }
    return times.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)]!.toFixed(1)
  }
  const from = (round: number) => `from=${ids[round % ids.length]}`
  const figures = {
    list: await median((round) => `/?${from(round)}`),
    // Each is another filter, so that none is known from before.
    filter: await median(
      (round) => `/?split=train&level=O${round % 4}&difficulty=0.${3 + (round % 5)}&difficulty=0.8`,
    ),
    search: await median((round) => `/?q=${WORDS[round % WORDS.length]}`),
    group: await median((round) => `/group/${ids[round % ids.length]}`),
    drops: await median(() => '/drops'),
  }
  groups.close()
  const memory = Math.round(process.memoryUsage().rss / 2 ** 20)
  const texts = Object.entries(figures).map(([name, ms]) => `${name} ${ms} ms`)
  return `${groups.catalog.groups} groups, read in ${(readMs / 1000).toFixed(1)} s; ${texts.join(', ')}; ${memory} MiB`
}

/** Since then, of all threads: other work on the machine does not count. */
function cpuMs(start: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(start)
  return (user + system) / 1000
}
