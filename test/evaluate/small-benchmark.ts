/** Four problems of our own in the form of OpenAI's HumanEval, with an answer each as a model would go on: three are right. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

interface SmallProblem {
  readonly id: string
  readonly prompt: string
  readonly completion: string
  readonly passes: boolean
}

const problem = (number: number, name: string, says: string, completion: string, passes = true) => ({
  id: `python/HumanEval_${number}_${name}`,
  prompt: `import math\n\n\ndef ${name}(a: int, b: int) -> int:\n    """${says}"""\n`,
  completion,
  passes,
})

export const SMALL_PROBLEMS: readonly SmallProblem[] = [
  problem(0, 'add', 'The sum.', '    return a + b\n\n\ndef other():\n    return 1 / 0\n'),
  problem(1, 'larger', 'The larger one.', '    return max(a, b)\n'),
  problem(2, 'divisor', 'The greatest common divisor.', '    return math.gcd(a, b)\n'),
  problem(3, 'product', 'The product.', '    return a + b\n', false),
]

const ASSERTIONS: Readonly<Record<string, string>> = {
  add: 'candidate(2, 3) == 5',
  larger: 'candidate(4, 9) == 9',
  divisor: 'candidate(12, 18) == 6',
  product: 'candidate(3, 4) == 12',
}

const rows = SMALL_PROBLEMS.map(({ id, prompt }) => {
  const [, number, name] = /_(\d+)_(\w+)$/.exec(id)!
  return {
    task_id: `HumanEval/${number}`,
    prompt,
    entry_point: name,
    canonical_solution: '',
    test: `def check(candidate):\n    assert ${ASSERTIONS[name!]}\n`,
  }
})

/** @returns the file */
export function writeRows(folder: string): string {
  return writeLines(join(folder, 'rows.jsonl'), rows)
}

/** @returns the file */
export function writeAnswers(folder: string): string {
  return writeLines(
    join(folder, 'answers.jsonl'),
    SMALL_PROBLEMS.map(({ id, completion }) => ({ problem: id, text: completion })),
  )
}

export function writeLines(file: string, records: readonly object[]): string {
  writeFileSync(file, records.map((record) => `${JSON.stringify(record)}\n`).join(''))
  return file
}

/** A chat model's answer with the same body. */
export function asChat({ prompt, completion }: SmallProblem): string {
  const code = `${prompt.replace('import math\n\n\n', '')}${completion}`
  return `Here it is:\n\n\`\`\`python\n${code}\`\`\`\n`
}
