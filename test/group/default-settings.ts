import type { GroupSettings } from '../../src/group/build-group.ts'
import { LEVELS } from '../../src/records/level.ts'

/** What `gepo build` takes when nothing else is said, with fewer inputs. */
export const defaultSettings: GroupSettings = {
  levels: LEVELS,
  winners: 4,
  losers: 4,
  classes: { ast: 1, ir: 0, malformed: 0 },
  select: 'mixed',
  subject: 'any',
  minWinners: 2,
  minLosers: 2,
  inputs: 16,
  seed: 1,
}
