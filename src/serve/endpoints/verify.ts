/** `POST /verify`: two pieces of C or IR, compared. The verdict is what `gepo verify --json` prints. */
import { z } from 'zod'
import { UserError } from '../../base/user-error.ts'
import type { VersionFile } from '../../verify/read-version.ts'
import { wholeNumberField } from '../number-fields.ts'
import { readAs, refuseMore } from '../read-json.ts'
import { RequestError } from '../request-error.ts'
import type { Endpoint } from './endpoint.ts'

const MOST_INPUTS = 1_000_000

const fileSchema = z.strictObject({
  /** Its ending says what it is: `.c`, `.ll`, `.bc`. */
  name: z.string({ error: 'must be text' }).max(255, { error: 'must be no longer than a name' }),
  content: z.string({ error: 'must be text' }).optional(),
  /** For bitcode. */
  base64: z.base64({ error: 'must be base64' }).optional(),
})

const bodySchema = z.strictObject({
  a: fileSchema,
  b: fileSchema,
  function: z.string({ error: 'must be text' }).optional(),
  inputs: wholeNumberField(1, MOST_INPUTS).optional(),
  seconds: wholeNumberField(1).optional(),
  seed: wholeNumberField(0).optional(),
})

export const verifyEndpoint: Endpoint = {
  path: '/verify',
  async answer(body, desk) {
    const { a, b, ...options } = readAs(bodySchema, body, 'the body')
    refuseMore('seconds', options.seconds ?? 0, desk.limits.answerMs / 1000, '--max-answer-seconds')
    const files = [versionFile(a, 'a'), versionFile(b, 'b')] as const
    try {
      const { witness = null, ...verdict } = await desk.verify(files, options)
      return { ...verdict, witness }
    } catch (error) {
      if (error instanceof UserError) throw new RequestError(422, error.message)
      throw error
    }
  },
}

function versionFile({ name, content, base64 }: z.output<typeof fileSchema>, side: string): VersionFile {
  if ((content === undefined) === (base64 === undefined))
    throw new RequestError(422, `"${side}" must have either "content" (text) or "base64" (bitcode).`)
  return { name, content: content === undefined ? Buffer.from(base64!, 'base64') : Buffer.from(content) }
}
