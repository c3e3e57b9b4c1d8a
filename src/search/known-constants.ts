/** Values that inputs are made of: those of the code, and those that runs were seen to compare with. */
import type { Dictionary } from '../execute/code-engine.ts'
import type { IrConstants } from './find-ir-constants.ts'
import type { Traces } from './frontier.ts'

const MOST_LEARNED = 64

export class KnownConstants {
  /** What the code mentions, without what runs have shown. */
  readonly ofCode: IrConstants
  readonly #comparedNumbers = new Set<bigint>()
  readonly #comparedTexts = new Set<string>()

  constructor(ofCode: IrConstants) {
    this.ofCode = ofCode
  }

  learn(traces: Traces): void {
    for (const { comparisons } of traces) {
      for (const { kind, size, pairs } of comparisons?.numbers ?? []) {
        const second = BigInt.asIntN(size * 8, pairs[0]![1])
        const isKnown = second === 0n || second === 1n || second === -1n
        if (kind === 'integer' && !isKnown && this.#comparedNumbers.size < MOST_LEARNED)
          this.#comparedNumbers.add(second)
      }
      for (const { texts } of comparisons?.texts ?? [])
        if (this.#comparedTexts.size < MOST_LEARNED) this.#comparedTexts.add(texts[1])
    }
  }

  all(): IrConstants {
    const { integers, floats, texts } = this.ofCode
    return {
      integers: [...new Set([...integers, ...this.#comparedNumbers])],
      floats,
      texts: [...new Set([...texts, ...this.#comparedTexts])],
    }
  }

  /** For standard input that is made up while a unit reads it. */
  dictionary(): Dictionary {
    const { integers, floats, texts } = this.all()
    const words = texts.map((text) => text.trim()).filter((text) => /^[\x21-\x24\x26-\x7e]{1,32}$/.test(text))
    const chars = integers
      .filter((value) => value > 32n && value < 127n)
      .map((value) => String.fromCharCode(Number(value)))
    return {
      numbers: [...integers.filter((value) => value > 1n || value < -1n).map(String), ...floats.map(String)],
      words,
      chars: chars.join(''),
    }
  }
}
