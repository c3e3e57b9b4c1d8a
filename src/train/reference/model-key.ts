/** A model's folder in, a hash out that stands for what its log-probabilities depend on. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { UserError } from '../../config/user-error.ts'

/** @param computation what else matters: the number type, the kind of device */
export async function modelKey(folder: string, computation: readonly string[]): Promise<string> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    throw new UserError(`The model ${folder} cannot be read (${error.code}); name a folder that holds one.`)
  })
  const files = names.filter((name) => name === 'config.json' || name.endsWith('.safetensors')).sort()
  const hash = createHash('sha256').update(JSON.stringify([computation, files]))
  for (const name of files) {
    await pipeline(createReadStream(join(folder, name), { highWaterMark: 4 * 2 ** 20 }), async (chunks) => {
      for await (const chunk of chunks) hash.update(chunk)
    })
  }
  return hash.digest('hex')
}
