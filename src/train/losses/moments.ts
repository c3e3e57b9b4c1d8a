/**
 * `population` divides by n, `sample` by n - 1. The paper writes Var over the set of winners, which is the first.
 * Of one value both are 0.
 */
export const VARIANCE_KINDS = ['population', 'sample'] as const
export type VarianceKind = (typeof VARIANCE_KINDS)[number]

/** @param values at least one */
export function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

/** The variance and its derivative by each value, `2 (x_i - mean) / divisor`. */
export function variance(
  values: Float64Array,
  kind: VarianceKind,
): { readonly value: number; readonly derivatives: Float64Array } {
  const divisor = kind === 'population' ? values.length : Math.max(values.length - 1, 1)
  const centre = mean(values)
  return {
    value: values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / divisor,
    derivatives: values.map((value) => (2 * (value - centre)) / divisor),
  }
}
