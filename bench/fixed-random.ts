/** For `--import`, so that threads take it too: what a run's driver is told is then the same each time. */
import crypto from 'node:crypto'
import { syncBuiltinESMExports } from 'node:module'

crypto.randomBytes = ((length: number) => Buffer.alloc(length)) as typeof crypto.randomBytes
syncBuiltinESMExports()
