/** A version and one of its functions in, a call that it may reach and that is undefined whatever it is given out. */
import { quoted, readMetadata } from '../call/plan/debug-metadata.ts'
import type { FormatFault } from '../extract/find-format-faults.ts'
import type { Version } from './read-version.ts'

export function findReachedFault(version: Version, functionName: string): FormatFault | undefined {
  const { formatFaults, ir, debugIr } = version
  if (formatFaults.length === 0) return undefined
  const begins = readMetadata(debugIr)
    .ofClass('DISubprogram')
    .filter(({ fields }) => (fields.get('spFlags') ?? '').includes('DISPFlagDefinition'))
    .map(({ fields }) => ({ name: quoted(fields.get('name')), line: Number(fields.get('line')) }))
  const reached = reachedFrom(functionName, ir)
  return formatFaults.find((fault) => {
    const line = Math.max(...begins.map((begin) => begin.line).filter((begin) => begin <= fault.line))
    return begins.some((begin) => begin.line === line && reached.has(begin.name))
  })
}

/** Whatever its text mentions counts as called. */
function reachedFrom(functionName: string, ir: string): ReadonlySet<string> {
  const bodies = new Map(
    Array.from(ir.matchAll(/^define [^\n]*?@"?([-$.\w]+)"?\([\s\S]*?^\}/gm), ([body, name]) => [name!, body]),
  )
  const reached = new Set<string>()
  const open = [functionName]
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (reached.has(name)) continue
    reached.add(name)
    for (const [, mentioned] of (bodies.get(name) ?? '').matchAll(/@([-$.\w]+)/g)) open.push(mentioned!)
  }
  return reached
}
