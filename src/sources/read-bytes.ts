import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { errorCode, explainFileError } from '../base/explain-file-error.ts'
import { UserError } from '../base/user-error.ts'

/**
 * A file's content, piece by piece, unpacked if its name ends in .gz.
 *
 * @throws UserError where it cannot be read, or is not a whole gzip file
 */
export async function* readBytes(path: string): AsyncGenerator<Buffer> {
  const file = createReadStream(path, { highWaterMark: 1024 * 1024 })
  // pipeline carries a failure of either stream to the reader and closes both when reading stops early.
  const stream = path.endsWith('.gz') ? pipeline(file, createGunzip(), () => {}) : file
  try {
    yield* stream
  } catch (error) {
    const code = errorCode(error) ?? ''
    if (!code.startsWith('Z_')) throw explainFileError(error, path)
    const message = `${path} is not a complete gzip file (${(error as Error).message}): fetch it again`
    throw new UserError(message, { cause: error })
  }
}
