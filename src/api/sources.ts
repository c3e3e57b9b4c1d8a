/** `gepo/sources`: places in, sources out; a source in, its programs and functions out. */
import type { Extraction, ExtractOptions } from '../extract/extract-units.ts'
import type { Source, SourceItem } from '../records/source.ts'
import { type ReadSourcesOptions, readSources } from '../sources/read-sources.ts'

export type { Extraction, ExtractOptions } from '../extract/extract-units.ts'
export type { Source, SourceItem } from '../records/source.ts'
export type { Unit } from '../records/unit.ts'
export type { ReadSourcesOptions } from '../sources/read-sources.ts'
export { extractByLanguage as extractUnits, readKnownLanguages as readSources }

/**
 * Reads sources from folders, files, globs and hub data sets. All places are checked before the first item leaves.
 *
 * @param options where `endings` is left out, files of every source language are read
 * @throws UserError when a place is missing, empty, damaged, gated or has no column of text
 */
async function* readKnownLanguages(
  specs: string | readonly string[],
  options: Partial<ReadSourcesOptions> = {},
): AsyncGenerator<SourceItem> {
  const { SOURCE_ENDINGS } = await import('../languages/languages.ts')
  yield* readSources(specs, { endings: SOURCE_ENDINGS, ...options })
}

/** Units of a source, in the language that the name of its file says. */
async function extractByLanguage(source: Source, options: ExtractOptions): Promise<Extraction> {
  const { languageOfSource } = await import('../languages/languages.ts')
  return languageOfSource(source).extractUnits(source, options)
}
