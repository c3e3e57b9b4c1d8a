/**
 * A model and the lengths of sequences in, the floating-point operations of a training step out. Only what the model
 * asks for is counted: layers that are run a second time to save memory are not, so that saving memory shows as a lower
 * share; and a prompt that several sequences share counts once.
 *
 *     forward = 2 x (weights of the linear layers) x tokens
 *             + 2 x vocabulary x hidden x (response tokens)          the head sees only what predicts a response
 *             + 4 x layers x heads x head size x sum of L (L + 1) / 2    queries x keys and weights x values, causal
 *     step    = 3 x forward                                          the backward pass is two products for each
 *
 * The usual 6 N + attention, with the embedding left out, which is looked up and not multiplied.
 */
import { countWeights, type DecoderShape, decoderTensors } from '../../src/train/model/decoder-tensors.ts'

export interface SequenceLength {
  readonly prompt: number
  readonly response: number
  /** Another sequence computes its prompt for it. Default false. */
  readonly hasSharedPrompt?: boolean
}

/** A group's responses, and whether they share the prompt: the first then computes it. */
export function groupLengths(
  prompt: number,
  responses: readonly { readonly length: number }[],
  sharesPrompt: boolean,
): SequenceLength[] {
  return responses.map(({ length }, i) => ({
    prompt,
    response: length,
    hasSharedPrompt: sharesPrompt && i > 0,
  }))
}

export function forwardFlops(shape: DecoderShape, lengths: readonly SequenceLength[]): number {
  const linear = countWeights(decoderTensors(shape).filter(({ role }) => role === 'linear'))
  // The last token of a sequence predicts nothing and is not run.
  const inputs = lengths.map(({ prompt, response }) => prompt + response - 1)
  const shared = lengths.map(({ prompt, hasSharedPrompt = false }) => (hasSharedPrompt ? prompt : 0))
  const tokens = sum(inputs) - sum(shared)
  const predicted = sum(lengths.map(({ response }) => response))
  const pairs = sum(inputs.map(causalPairs)) - sum(shared.map(causalPairs))
  const { vocabulary, hidden, layers, heads, headSize } = shape
  return 2 * linear * tokens + 2 * vocabulary * hidden * predicted + 4 * layers * heads * headSize * pairs
}

export function stepFlops(shape: DecoderShape, lengths: readonly SequenceLength[]): number {
  return 3 * forwardFlops(shape, lengths)
}

function causalPairs(length: number): number {
  return (length * (length + 1)) / 2
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
