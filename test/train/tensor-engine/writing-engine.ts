/** An engine like that of bigrams, whose models write what a script says in place of what they have learned. */

import type { GenerationRequest, TensorEngine } from '../../../src/train/tensor-engine/tensor-engine.ts'
import { loadTokenizer } from '../../../src/train/tokenizer/load-tokenizer.ts'
import { openBigramEngine } from './bigram-engine.ts'

/** @param write the answer to a prompt; `undefined` for one that does not end */
export function openWritingEngine(
  write: (
    prompt: string,
    request: { readonly isGreedy: boolean; readonly seed: number },
  ) => string | undefined,
): TensorEngine {
  const engine = openBigramEngine()
  return {
    ...engine,
    async openModel(options) {
      const model = await engine.openModel(options)
      const tokenizer = await loadTokenizer(options.folder)
      return {
        ...model,
        async generate(request: GenerationRequest) {
          const written: Int32Array[] = []
          const stopped: number[] = []
          for (let prompt = 0; prompt + 1 < request.offsets.length; prompt++) {
            const text = await tokenizer.decode(
              request.ids.slice(request.offsets[prompt], request.offsets[prompt + 1]),
            )
            const answer = write(text, {
              isGreedy: request.temperature === 0,
              seed: request.seeds?.[prompt] ?? 0,
            })
            const [body] = await tokenizer.encode([answer ?? 'define'])
            const ids = answer === undefined ? body! : Int32Array.of(...body!, tokenizer.end.id)
            written.push(ids)
            stopped.push(answer === undefined ? 0 : 1)
            request.onResponse?.({
              prompt,
              ids,
              logProbs: new Float32Array(ids.length).fill(-1),
              stopped: answer !== undefined,
            })
          }
          let end = 0
          return {
            ids: Int32Array.from(written.flatMap((ids) => [...ids])),
            offsets: Int32Array.from([0, ...written.map(({ length }) => (end += length))]),
            logProbs: new Float32Array(end).fill(-1),
            stopped: Uint8Array.from(stopped),
          }
        },
      }
    },
  }
}
