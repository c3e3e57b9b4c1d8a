/** `hf:<owner>/<name>?config=C&split=Perf_Optimized&revision=main` enters, its parts leave. */
import { UserError } from '../base/user-error.ts'

export const hubPrefix = 'hf:'

export interface HubSpec {
  /** `<owner>/<name>`, or `<name>` alone for the hub's oldest data sets. */
  readonly name: string
  /** Folder of the data set that holds the files. */
  readonly config: string
  /** Undefined: the only one there is. */
  readonly split: string | undefined
  /** Branch, tag or commit. */
  readonly revision: string | undefined
}

/** @param defaultConfig what `config` is where the spec does not say */
export function parseHubSpec(spec: string, defaultConfig = 'C'): HubSpec {
  const [name = '', query = ''] = spec.slice(hubPrefix.length).split(/\?(.*)/s)
  // A plus sign is part of config names (C++), not a space as in web forms.
  const parameters = new URLSearchParams(query.replaceAll('+', '%2B'))
  const unknown = [...parameters.keys()].find((key) => !['config', 'split', 'revision'].includes(key))
  if (!/^[\w.-]+(\/[\w.-]+)?$/.test(name) || unknown !== undefined) {
    const problem = unknown === undefined ? 'names no data set' : `has the unknown part "${unknown}"`
    throw new UserError(
      `${spec} ${problem}: write hf:<owner>/<name>?config=C&split=<split>&revision=<revision>`,
    )
  }
  return {
    name,
    config: parameters.get('config') || defaultConfig,
    split: parameters.get('split') || undefined,
    revision: parameters.get('revision') || undefined,
  }
}
