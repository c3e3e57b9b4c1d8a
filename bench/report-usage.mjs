/** For `node --import`: what the process took, all its threads together, into the file that USAGE_FILE names (else usage.json). */
import { writeFileSync } from 'node:fs'

process.on('exit', () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage()
  const usage = {
    wallSeconds: performance.now() / 1000,
    cpuSeconds: (userCPUTime + systemCPUTime) / 1e6,
    peakMiB: maxRSS / 1024,
  }
  writeFileSync(process.env.USAGE_FILE ?? 'usage.json', JSON.stringify(usage))
})
