/** A checked configuration in, YAML out: every option, with the source of what the file did not say as a comment. */
import { Document, isMap, isScalar, type Pair, type YAMLMap } from 'yaml'
import { defaultSource, type LoadedTrainConfig } from './load-train-config.ts'
import type { TrainConfig } from './train-config.ts'

/** Can be saved and given to `gepo train` again: it means the same. */
export function formatTrainConfig({ config, given }: LoadedTrainConfig): string {
  const document = new Document(config)
  if (isMap(document.contents)) annotate(document.contents, [], config, given)
  return document.toString({ lineWidth: 0, flowCollectionPadding: false })
}

function annotate(map: YAMLMap, above: readonly string[], config: TrainConfig, given: unknown): void {
  for (const pair of map.items as Pair[]) {
    const name = isScalar(pair.key) ? String(pair.key.value) : String(pair.key)
    const path = [...above, name]
    const said = isRecord(given) ? given[name] : undefined
    if (isMap(pair.value)) {
      annotate(pair.value, path, config, said)
      continue
    }
    const value = pair.value as { comment?: string | null; flow?: boolean }
    value.flow = true
    if (said === undefined) value.comment = ` default: ${defaultSource(config, path)}`
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object'
}
