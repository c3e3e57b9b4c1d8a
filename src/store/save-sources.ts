/** Sources and their units in, each call one transaction. What is stored already stays as it is. */
import type { Source } from '../records/source.ts'
import type { Unit } from '../records/unit.ts'
import type { Drop } from './drops.ts'
import type { Origin } from './sources.ts'
import type { Tables } from './tables.ts'

export interface SourceSaver {
  /**
   * Keeps a source. `extract`: its units are wanted now. `extracted`: an earlier run did that.
   * `duplicate`: its text came before from another place, and a drop row says so. Which of the places is the source's
   * own in the end is not said by the order: see settle-owners.ts.
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
  /** Sources whose units were asked for and have not come yet. */
  const awaited = new Set<string>()
  return {
    saveSource: (source) => {
      const { stored, isSecondPlace } = db.transaction(() => {
        const found = sources.find(source.id)
        if (found === undefined) sources.insert(source)
        const isSecondPlace = found !== undefined && !isSameOrigin(found, source)
        if (isSecondPlace) drops.insertDuplicate(source.id, source, found.key)
        return { stored: found, isSecondPlace }
      })
      // A run that was killed may have met the text in another place, and never come to its units.
      if (stored === undefined || (!stored.extracted && !awaited.has(source.id))) {
        awaited.add(source.id)
        return 'extract'
      }
      return isSecondPlace ? 'duplicate' : 'extracted'
    },
    saveReadDrop(item) {
      drops.insertItem({ stage: 'read', reason: item.reason, detail: item.detail }, item)
    },
    saveExtraction: (sourceId, extracted, extractionDrops) =>
      db.transaction(() => {
        const source = known(sourceId)
        awaited.delete(sourceId)
        if (source.extracted) return []
        for (const drop of extractionDrops) drops.insertPart(drop, source, drop.part ?? '')
        const fresh = extracted.filter((unit) => {
          if (units.insert(unit, source.key)) return true
          drops.insertDuplicateUnit(unit.name, source, units.find(unit.id)!.key)
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
