import type { GroupLoss } from '../../../src/train/losses/group-loss.ts'
import type { GroupLogProbs } from '../../../src/train/losses/group-scores.ts'

/** dL/d(log-probability) by central differences: what a loss claims must be this. */
export function finiteDifferences(loss: (group: GroupLogProbs) => GroupLoss, group: GroupLogProbs): number[] {
  const step = 1e-5
  const moved = (index: number, by: number) =>
    loss({ ...group, policy: group.policy.map((value, i) => (i === index ? value + by : value)) }).loss
  return Array.from(group.policy, (_, i) => (moved(i, step) - moved(i, -step)) / (2 * step))
}
