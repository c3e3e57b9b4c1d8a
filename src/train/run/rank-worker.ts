/** The process of a rank that rank 0 of this machine started; GEPO_RANK says which it is and where rank 0 waits. */
import { serveRank } from './open-ranks.ts'

const { GEPO_RANK, ...env } = process.env
const { rank, port, meeting } = JSON.parse(GEPO_RANK!)
// Rank 0 has waited since before this process began.
await serveRank({ rank, localRank: rank, host: '127.0.0.1', port }, meeting, env, 0)
process.exit()
