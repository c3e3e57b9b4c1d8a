/** What a loss gives for one group. A batch's loss is the mean over its groups. */
export interface GroupLoss {
  readonly loss: number
  /** dL/d(log pi_theta(y|q)) for each response, winners first. */
  readonly dLogProbs: Float64Array
}
