/**
 * The process of a rank that rank 0 of this machine started; GEPO_RANK says which it is and where rank 0 waits. Why a
 * training ends is rank 0's to say.
 */
import { UserError } from '../../base/user-error.ts'
import { serveRank } from './open-ranks.ts'

const { GEPO_RANK, ...env } = process.env
// The key in it is for nobody that this process starts.
delete process.env.GEPO_RANK
const { rank, port, meeting } = JSON.parse(GEPO_RANK!)
const place = { rank, localRank: rank, host: '127.0.0.1', port }
try {
  const { kind } = await serveRank(place, meeting, env, { isThere: true })
  process.exit(kind === 'done' ? 0 : 2)
} catch (error) {
  if (!(error instanceof UserError)) throw error
  process.stderr.write(`gepo: ${error.message}\n`)
  process.exit(2)
}
