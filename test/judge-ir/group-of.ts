/** A C text in, the group of its unit out, as a build makes it. */

import { extractUnits } from '../../src/extract/extract-units.ts'
import { buildGroup } from '../../src/group/build-group.ts'
import type { GroupTools } from '../../src/group/group-tools.ts'
import type { GroupRecord } from '../../src/records/group-record.ts'
import type { Unit } from '../../src/records/unit.ts'
import { defaultSettings } from '../group/default-settings.ts'

export async function groupOf(
  tools: GroupTools,
  text: string,
  name: string,
): Promise<{ group: GroupRecord; unit: Unit }> {
  const source = { id: '00'.repeat(32), dataset: '', split: '', row: 'unit.c', license: 'unknown', text }
  const { units } = await extractUnits(source, { kinds: ['program', 'function'] })
  const unit = units.find((one) => one.name === name)!
  const classes = { ast: 1, ir: 1, malformed: 1 }
  const { result } = await buildGroup(tools, {
    unit,
    split: 'train',
    settings: { ...defaultSettings, classes, losers: 6 },
  })
  if (result.kind === 'dropped') throw new Error(JSON.stringify(result))
  return { group: result.group, unit }
}
