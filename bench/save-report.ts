import { writeFileSync } from 'node:fs'
import os from 'node:os'
import { join } from 'node:path'

/** What every report says of the machine. */
export const hardware = () => `${os.cpus()[0]?.model ?? 'unknown'}, ${os.availableParallelism()} cores`

/** Writes bench/results/<name>.json if there is a name, as `--save` gives it. */
export function saveReport(name: string | undefined, report: object): void {
  if (name === undefined) return
  writeFileSync(join(import.meta.dirname, 'results', `${name}.json`), `${JSON.stringify(report, null, 2)}\n`)
}
