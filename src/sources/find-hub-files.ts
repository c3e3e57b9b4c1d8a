/**
 * `hf:<owner>/<name>` in, its Parquet and JSONL files out, at one commit; each is fetched when it is asked for, into the
 * cache that Python's huggingface_hub shares. `?config=` names the folder, `?split=` the files whose name it is.
 */
import { basename } from 'node:path'
import { listFiles } from '@huggingface/hub'
import { UserError } from '../base/user-error.ts'
import { explainHubError } from './explain-hub-error.ts'
import { fetchHubFile } from './fetch-hub-file.ts'
import { findHubAccess } from './hub-access.ts'
import { hubPrefix, parseHubSpec } from './parse-hub-spec.ts'
import { defaultPatience } from './patient-fetch.ts'
import { connection, describeDataset, type HubOptions } from './read-hub.ts'

export interface PlacedHubFile {
  readonly dataset: string
  /** As the data set's card states it. */
  readonly license: string
  /** Tells the file, at its commit, from all others. */
  readonly place: string
  /** Its path in the cache. */
  readonly fetch: () => Promise<string>
}

/** @throws UserError where the data set cannot be seen or has no such files */
export async function findHubFiles(spec: string, options: HubOptions = {}): Promise<PlacedHubFile[]> {
  const parsed = parseHubSpec(spec, '')
  const { name, config, split } = parsed
  const access = await findHubAccess(options.env)
  const patience = options.patience ?? defaultPatience
  const { commit, license } = await describeDataset(parsed, access, patience)
  const paths: string[] = []
  try {
    const repo = { type: 'dataset', name } as const
    for await (const { path, type } of listFiles({
      repo,
      revision: commit,
      recursive: true,
      ...connection(access, patience),
    })) {
      if (type === 'file' && /\.(?:parquet|jsonl)$/.test(path)) paths.push(path)
    }
  } catch (error) {
    throw explainHubError(error, name, access)
  }
  const chosen = paths.filter(
    (path) =>
      (config === '' || path.startsWith(`${config}/`)) && (split === undefined || splitOf(path) === split),
  )
  if (chosen.length === 0)
    throw new UserError(
      `${spec} has no Parquet or JSONL files${paths.length === 0 ? '' : ` there (it has ${paths.sort().join(', ')}): choose by ?config=<folder>&split=<name>`}.`,
    )
  return chosen.sort().map((path) => ({
    dataset: name,
    license,
    place: `${hubPrefix}${name}@${commit}/${path}`,
    fetch: () => fetchHubFile({ name, commit, path }, access, { ...options, patience }),
  }))
}

/** `ALL/train-00000-of-00009.parquet` belongs to `train`. */
const splitOf = (path: string) => basename(path).replace(/(?:-\d+-of-\d+)?\.\w+$/, '')
