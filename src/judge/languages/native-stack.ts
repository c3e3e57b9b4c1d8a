import type { SuiteLimits } from '../../records/suite.ts'

const MOST_BYTES = 256 * 1024 * 1024

/** For compiled programs, whose recursion is bounded by nothing else. Each of their threads reserves as much. */
export const nativeStackBytes = ({ memoryBytes }: SuiteLimits): number => Math.min(memoryBytes, MOST_BYTES)
