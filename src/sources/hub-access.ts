/**
 * Where the Hugging Face hub is, who asks, and where downloads are kept: all from the environment, by the same
 * variables and with the same cache layout as Python's huggingface_hub, so that each finds what the other has fetched.
 */
import { readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { UserError } from '../base/user-error.ts'

export interface HubAccess {
  /** No slash at its end. */
  readonly endpoint: string
  readonly token: string | undefined
  /** Holds `datasets--<owner>--<name>/{blobs,snapshots}`. */
  readonly cacheDir: string
}

export type Environment = Readonly<Record<string, string | undefined>>

export async function findHubAccess(env: Environment = process.env): Promise<HubAccess> {
  const home = env.HF_HOME || join(env.XDG_CACHE_HOME || join(env.HOME || homedir(), '.cache'), 'huggingface')
  return {
    endpoint: (env.HF_ENDPOINT || 'https://huggingface.co').replace(/\/+$/, ''),
    token: await findToken(env, home),
    cacheDir: env.HF_HUB_CACHE || env.HUGGINGFACE_HUB_CACHE || join(home, 'hub'),
  }
}

async function findToken(env: Environment, home: string): Promise<string | undefined> {
  const given = env.HF_TOKEN || env.HUGGING_FACE_HUB_TOKEN
  const token = (
    given || (await readFile(env.HF_TOKEN_PATH || join(home, 'token'), 'utf8').catch(() => ''))
  ).trim()
  if (token === '') return undefined
  if (token.startsWith('hf_')) return token
  const place = given ? 'HF_TOKEN' : `the token file below ${home}`
  throw new UserError(
    `${place} holds no Hugging Face token (they start with hf_): take one from the site's settings`,
  )
}
