/**
 * What runs in, what the sanitizers say of it out. MSan has its say before a run that is slow under ASan is given all its
 * time: see HASTY_CPU_MS.
 */
import { HASTY_CPU_MS } from '../unit-limits.ts'

/** Two bytes that no small number, pointer or character is made of. */
export const FILLS = [0xa5, 0x5b] as const

/** How all that is asked in one pass is run. */
export interface SanitizerPass {
  readonly build: 'asan' | 'msan'
  readonly fills: readonly number[]
  /** CPU time of a run at most, where less than the engine gives. */
  readonly cpuMs?: number
}

const ASAN: SanitizerPass = { build: 'asan', fills: [FILLS[0]] }
const MSAN: SanitizerPass = { build: 'msan', fills: [FILLS[1]] }

/** What an answer means. */
interface Meaning<Answer> {
  readonly isTimeout: (answer: Answer) => boolean
  /** Nothing is asked behind an answer that is not. */
  readonly isFaultless: (answer: Answer) => boolean
}

/**
 * @param ask about some of the items in one pass: an answer for each
 * @returns for each item the answers in the order in which they were given; one of ASan and one of MSan where it has no fault
 */
export async function askSanitizers<Item, Answer>(
  items: readonly Item[],
  ask: (asked: readonly Item[], pass: SanitizerPass) => Promise<readonly Answer[]>,
  { isTimeout, isFaultless }: Meaning<Answer>,
): Promise<Answer[][]> {
  const answers: Answer[][] = items.map(() => [])
  const slow = new Set<number>()
  const passOver = async (open: readonly number[], pass: SanitizerPass): Promise<void> => {
    const indexes = open.filter((index) => answers[index]!.every(isFaultless))
    if (indexes.length === 0) return
    const given = await ask(
      indexes.map((index) => items[index]!),
      pass,
    )
    for (const [position, index] of indexes.entries()) {
      const answer = given[position]!
      if (pass.cpuMs !== undefined && isTimeout(answer)) slow.add(index)
      else answers[index]!.push(answer)
    }
  }
  const all = [...items.keys()]
  await passOver(all, { ...ASAN, cpuMs: HASTY_CPU_MS })
  await passOver(all, MSAN)
  await passOver([...slow], ASAN)
  return answers
}
