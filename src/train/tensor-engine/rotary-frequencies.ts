/**
 * How fast each pair of a head's elements is turned with the position, for the variants of rotary embeddings that
 * transformers knows and that do not depend on the length of the sequence at hand. Rounded to float32 where
 * transformers rounds, since a far position multiplies the last bit's error.
 */
export type RotaryParameters =
  | { readonly kind: 'default'; readonly theta: number }
  | { readonly kind: 'linear'; readonly theta: number; readonly factor: number }
  | {
      readonly kind: 'llama3'
      readonly theta: number
      readonly factor: number
      readonly lowFactor: number
      readonly highFactor: number
      readonly originalPositions: number
    }
  | {
      readonly kind: 'yarn'
      readonly theta: number
      /** Absent: the ratio of the positions to the original ones. */
      readonly factor: number | undefined
      readonly originalPositions: number
      readonly attentionFactor: number | undefined
      readonly betaFast: number
      readonly betaSlow: number
      readonly mscale: number | undefined
      readonly mscaleAll: number | undefined
      readonly truncate: boolean
    }

interface RotaryFrequencies {
  /** Radians per position, one for each pair of a head's elements. */
  readonly frequencies: Float64Array
  /** Of cosines and sines. */
  readonly scale: number
}

/** @param headSize elements of a head, even */
export function rotaryFrequencies(
  headSize: number,
  maxPositions: number,
  parameters: RotaryParameters,
): RotaryFrequencies {
  const { fround } = Math
  const wavelengths = Float64Array.from({ length: headSize / 2 }, (_, i) =>
    fround(fround(parameters.theta) ** fround((2 * i) / headSize)),
  )
  const plain = wavelengths.map((length) => fround(1 / length))
  switch (parameters.kind) {
    case 'default':
      return { frequencies: plain, scale: 1 }
    case 'linear':
      return { frequencies: plain.map((frequency) => fround(frequency / parameters.factor)), scale: 1 }
    case 'llama3':
      return { frequencies: plain.map((frequency) => stretchLlama3(frequency, parameters)), scale: 1 }
    case 'yarn':
      return stretchYarn(wavelengths, headSize, maxPositions, parameters)
  }
}

/** Long waves are stretched by the factor, short ones stay, those between are blended. */
function stretchLlama3(frequency: number, parameters: RotaryParameters & { kind: 'llama3' }): number {
  const { factor, lowFactor, highFactor, originalPositions } = parameters
  const wave = (2 * Math.PI) / frequency
  if (wave < originalPositions / highFactor) return frequency
  if (wave > originalPositions / lowFactor) return Math.fround(frequency / factor)
  const smooth = (originalPositions / wave - lowFactor) / (highFactor - lowFactor)
  return Math.fround(((1 - smooth) * frequency) / factor + smooth * frequency)
}

/** YaRN (arXiv 2309.00071): pairs between two numbers of turns in the original length are blended by a ramp. */
function stretchYarn(
  wavelengths: Float64Array,
  headSize: number,
  maxPositions: number,
  parameters: RotaryParameters & { kind: 'yarn' },
): RotaryFrequencies {
  const { theta, originalPositions, truncate } = parameters
  const factor = parameters.factor ?? maxPositions / originalPositions
  const pairOfTurns = (turns: number) =>
    (headSize * Math.log(originalPositions / (turns * 2 * Math.PI))) / (2 * Math.log(theta))
  const first = pairOfTurns(parameters.betaFast)
  const last = pairOfTurns(parameters.betaSlow)
  const low = Math.max(truncate ? Math.floor(first) : first, 0)
  const high = Math.min(truncate ? Math.ceil(last) : last, headSize - 1)
  const span = high === low ? 0.001 : high - low
  const frequencies = wavelengths.map((length, i) => {
    const stretched = Math.min(1, Math.max(0, (i - low) / span))
    return Math.fround(stretched / (factor * length) + (1 - stretched) / length)
  })
  return { frequencies, scale: parameters.attentionFactor ?? yarnScale(factor, parameters) }
}

function yarnScale(factor: number, { mscale, mscaleAll }: RotaryParameters & { kind: 'yarn' }): number {
  const scaleBy = (weight: number) => (factor <= 1 ? 1 : 0.1 * weight * Math.log(factor) + 1)
  return mscale && mscaleAll ? scaleBy(mscale) / scaleBy(mscaleAll) : scaleBy(1)
}
