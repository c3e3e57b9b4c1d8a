/**
 * A data set on the Hugging Face hub enters, one raw item a row leaves. Everything is read at one commit; files are
 * fetched one by one as they are needed. `row` counts over the whole split, as the hub's own viewer does.
 */
import { datasetInfo, listFiles } from '@huggingface/hub'
import { UserError } from '../base/user-error.ts'
import { explainHubError } from './explain-hub-error.ts'
import { type DownloadProgress, fetchHubFile } from './fetch-hub-file.ts'
import { type Environment, findHubAccess, type HubAccess } from './hub-access.ts'
import type { HubSpec } from './parse-hub-spec.ts'
import { defaultPatience, type Patience, patientFetch } from './patient-fetch.ts'
import type { ContainerLabel, RawItem } from './raw-item.ts'
import { countParquetRows, readParquet } from './read-parquet.ts'

export interface HubOptions {
  readonly env?: Environment | undefined
  readonly patience?: Patience | undefined
  readonly onProgress?: ((progress: DownloadProgress) => void) | undefined
}

export async function* readHub(
  spec: HubSpec,
  given: Partial<ContainerLabel>,
  options: HubOptions = {},
): AsyncGenerator<RawItem> {
  const access = await findHubAccess(options.env)
  const patience = options.patience ?? defaultPatience
  const { commit, license } = await describeDataset(spec, access, patience)
  const { split, paths } = await listParquet(spec, commit, access, patience)
  const label: ContainerLabel = {
    dataset: given.dataset ?? spec.name,
    split: `${spec.config}/${split}`,
    license: given.license ?? license,
    column: given.column,
  }
  let firstRow = 0
  for (const path of paths) {
    const file = await fetchHubFile({ name: spec.name, commit, path }, access, { ...options, patience })
    const rows = await countParquetRows(file, label.column)
    yield* readParquet(file, label, { firstRow })
    firstRow += rows
  }
}

/** The request also tells whether the data set may be seen at all, so no checkRepoAccess goes before it. */
export async function describeDataset(spec: HubSpec, access: HubAccess, patience: Patience) {
  const info = await datasetInfo({
    name: spec.name,
    additionalFields: ['sha', 'cardData'],
    ...connection(access, patience),
    ...(spec.revision ? { revision: spec.revision } : {}),
  }).catch((error: unknown) => {
    throw explainHubError(error, spec.name, access)
  })
  return { commit: info.sha, license: licenseOfCard(info.cardData) }
}

/** The hub hands out the front matter of the data set card parsed. */
export function licenseOfCard(
  card: { license?: string | string[]; license_name?: string } | undefined,
): string {
  const stated = [card?.license ?? []].flat()
  if (stated.length === 1 && stated[0] === 'other' && card?.license_name) return card.license_name
  return stated.join(', ') || 'unknown'
}

async function listParquet(spec: HubSpec, commit: string, access: HubAccess, patience: Patience) {
  const prefix = `${spec.config}/`
  const names: string[] = []
  const folders: string[] = []
  try {
    const repo = { type: 'dataset', name: spec.name } as const
    for await (const { path, type } of listFiles({
      repo,
      revision: commit,
      recursive: true,
      ...connection(access, patience),
    })) {
      if (type === 'directory') folders.push(path)
      else if (path.startsWith(prefix) && path.endsWith('.parquet')) names.push(path.slice(prefix.length))
    }
  } catch (error) {
    throw explainHubError(error, spec.name, access)
  }
  if (names.length === 0) {
    const there = folders.filter((path) => !path.includes('/')).join(', ') || 'no folders'
    throw new UserError(
      `${spec.name} has no Parquet files in config ${spec.config} (it has ${there}): add ?config=<name>`,
    )
  }
  const split = chooseSplit(spec, names)
  const paths = names.filter((name) => splitOf(name) === split).map((name) => prefix + name)
  return { split, paths: paths.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))) }
}

function chooseSplit(spec: HubSpec, names: readonly string[]): string {
  const splits = [...new Set(names.map(splitOf))].sort()
  const [only, ...others] = splits
  if (spec.split === undefined && only !== undefined && others.length === 0) return only
  if (spec.split !== undefined && splits.includes(spec.split)) return spec.split
  const problem = spec.split === undefined ? 'has several splits' : `has no split ${spec.split}`
  throw new UserError(
    `${spec.name} ${problem} in config ${spec.config}: choose with ?config=${spec.config}&split= one of ${splits.join(', ')}`,
  )
}

/** `Perf_Optimized-00000-of-00007.parquet` belongs to `Perf_Optimized`. */
function splitOf(name: string): string {
  return name.replace(/(-\d+-of-\d+)?\.parquet$/, '')
}

export function connection(access: HubAccess, patience: Patience) {
  return {
    hubUrl: access.endpoint,
    fetch: patientFetch(patience),
    ...(access.token ? { accessToken: access.token } : {}),
  }
}
