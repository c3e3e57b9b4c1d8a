/** `gepo/sources`: places in, C sources out; a source in, its programs and functions out. */
export { type Extraction, type ExtractOptions, extractUnits } from '../extract/extract-units.ts'
export type { Source, SourceItem } from '../records/source.ts'
export type { Unit } from '../records/unit.ts'
export { type ReadSourcesOptions, readSources } from '../sources/read-sources.ts'
