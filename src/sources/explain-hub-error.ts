/** Turns a refusal of the hub into one sentence with the remedy. Errors of other kinds stay as they are. */
import { HubApiError } from '@huggingface/hub'
import { UserError } from '../base/user-error.ts'
import type { HubAccess } from './hub-access.ts'

/** @returns a UserError for a refusal of the hub, the error itself otherwise. */
export function explainHubError(error: unknown, name: string, access: HubAccess): unknown {
  return error instanceof HubApiError ? explainHubStatus(error.statusCode, name, access, error) : error
}

export function explainHubStatus(
  status: number,
  name: string,
  access: HubAccess,
  cause?: unknown,
): UserError {
  return new UserError(sentence(status, name, access), { cause })
}

function sentence(status: number, name: string, access: HubAccess): string {
  const page = `${access.endpoint}/datasets/${name}`
  const token = access.token ? 'use the token of an account that has it' : 'set HF_TOKEN'
  if (status === 403) return `the data set ${name} is gated: ask for access at ${page} and ${token}`
  // The hub answers 401 alike for what is gated, private or not there, lest names of private sets leak.
  if (status === 401 && access.token)
    return `${access.endpoint} does not accept the token in HF_TOKEN: renew it, or ask for access at ${page}`
  if (status === 401)
    return `the data set ${name} is gated, private or does not exist: ask for access at ${page} and ${token}`
  if (status === 404)
    return `${page} does not exist (or has no such revision, or is private): check the name, or set HF_TOKEN`
  return `the hub answered ${status} for the data set ${name}: try again later, or download the files and give their path`
}
