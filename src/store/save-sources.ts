/** Sources and their units in, each call one transaction. What is stored already stays as it is. */
import type { Source } from '../records/source.ts'
import type { Unit } from '../records/unit.ts'
import type { Drop } from './drops.ts'
import type { Origin } from './sources.ts'
import type { Tables } from './tables.ts'

export interface SourceSaver {
  /**
   * Keeps a source. `extract`: its units are wanted now. `extracted`: an earlier run did that.
   * `duplicate`: its text came before from another place, and a drop row says so.
   */
  saveSource(source: Source): 'extract' | 'extracted' | 'duplicate'
  /** Keeps why an item of a container is not a source. */
  saveReadDrop(item: Origin & { readonly reason: string; readonly detail: string }): void
  /**
   * Keeps all that came out of a source. A unit that another source gave before is dropped as a duplicate.
   * @returns the units that are new and pending
   */
  saveExtraction(sourceId: string, units: readonly Unit[], drops: readonly ExtractionDrop[]): readonly Unit[]
  /** Keeps one unit of a stored source, as another database gives it; known ones stay as they are. */
  saveUnit(unit: Unit): void
}

export interface ExtractionDrop extends Drop {
  /** The part of the source that is dropped, such as a function's name; absent for the whole. */
  readonly part?: string
}

export function openSourceSaver({ db, sources, units, drops }: Tables): SourceSaver {
  const known = (id: string) => {
    const source = sources.find(id)
    if (source === undefined) throw new Error(`source ${id} is not stored`)
    return source
  }
  return {
    saveSource: (source) =>
      db.transaction(() => {
        const stored = sources.find(source.id)
        if (stored === undefined) {
          sources.insert(source)
          return 'extract'
        }
        if (isSameOrigin(stored, source)) return stored.extracted ? 'extracted' : 'extract'
        const first = [stored.dataset, stored.split, stored.row].filter((part) => part !== '').join(' ')
        drops.insertItem({ stage: 'read', reason: 'duplicate', detail: `same text as ${first}` }, source, '')
        return 'duplicate'
      }),
    saveReadDrop(item) {
      drops.insertItem({ stage: 'read', reason: item.reason, detail: item.detail }, item, '')
    },
    saveExtraction: (sourceId, extracted, extractionDrops) =>
      db.transaction(() => {
        const source = known(sourceId)
        if (source.extracted) return []
        for (const drop of extractionDrops) drops.insertItem(drop, source, drop.part ?? '')
        const fresh = extracted.filter((unit) => {
          if (units.insert(unit, source.key)) return true
          const detail = `${unit.name} is the same as a unit of an earlier source`
          drops.insertItem({ stage: 'extract', reason: 'duplicate-unit', detail }, source, unit.name)
          return false
        })
        sources.setExtracted(source.key)
        return fresh
      }),
    saveUnit(unit) {
      db.transaction(() => units.insert(unit, known(unit.sourceId).key))
    },
  }
}

const isSameOrigin = (a: Origin, b: Origin): boolean =>
  a.dataset === b.dataset && a.split === b.split && a.row === b.row
