/** A model's folder in, a hash of its configuration and weights out. */
import { createHash } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { openRegularFile } from '../../base/regular-file.ts'
import { UserError } from '../../base/user-error.ts'

/** Besides the weights: of a model, and of an adapter. */
const MODEL_FILES = ['config.json', 'adapter_config.json']
const CHUNK_BYTES = 4 * 2 ** 20

export async function hashModel(folder: string): Promise<string> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    throw new UserError(`The model ${folder} cannot be read (${error.code}); name a folder that holds one.`)
  })
  const files = names.filter((name) => MODEL_FILES.includes(name) || name.endsWith('.safetensors')).sort()
  const hash = createHash('sha256').update(JSON.stringify(files))
  for (const name of files) {
    const path = join(folder, name)
    const file = await openRegularFile(path).catch((error: Error) => {
      throw new UserError(`${path} cannot be read (${error.message}): fetch or write it again.`)
    })
    // The stream closes it.
    for await (const chunk of file.createReadStream({ highWaterMark: CHUNK_BYTES })) hash.update(chunk)
  }
  return hash.digest('hex')
}
