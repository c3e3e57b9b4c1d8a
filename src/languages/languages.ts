/** The source languages that groups are made from: the one place that lists them. */
import { UserError } from '../base/user-error.ts'
import type { Code } from '../compile/code.ts'
import type { Source } from '../records/source.ts'
import type { Unit } from '../records/unit.ts'
import { cSource } from './c/c-source.ts'
import type { SourceLanguage } from './source-language.ts'

export const SOURCE_LANGUAGES: readonly SourceLanguage[] = [cSource]

/** Stands for what does not say its language: rows of a data set, files of another ending, IR. */
export const DEFAULT_LANGUAGE: SourceLanguage = cSource

/** How names of files end that hold sources. */
export const SOURCE_ENDINGS: readonly string[] = SOURCE_LANGUAGES.flatMap(({ endings }) => endings)

/**
 * A unit's language. The standard tells it, so that a database needs no column for it.
 *
 * @throws UserError for a unit of a language that this version does not know
 */
export function languageOf({ standard }: Pick<Unit, 'standard'>): SourceLanguage {
  const language = SOURCE_LANGUAGES.find(({ standards }) => standards.includes(standard))
  if (language === undefined)
    throw new UserError(`No source language here has the standard ${standard}: install a newer gepo.`)
  return language
}

/** The language that a file's name says by its ending; undefined where it says none. */
export const languageOfFile = (name: string): SourceLanguage | undefined =>
  SOURCE_LANGUAGES.find(({ endings, preprocessedEndings }) =>
    [...endings, ...preprocessedEndings].some((ending) => name.endsWith(ending)),
  )

/** The language of a source: that of the file which it came from, else C. */
export const languageOfSource = ({ row }: Pick<Source, 'row'>): SourceLanguage =>
  languageOfFile(row) ?? DEFAULT_LANGUAGE

/**
 * A unit's code as the engines take it.
 *
 * @example unitCode({ ...unit, standard: 'gnu17' }).flags // ['-std=gnu17', ..., '-x', 'c']
 */
export const unitCode = (unit: Pick<Unit, 'code' | 'standard'>): Code => ({
  text: unit.code,
  flags: languageOf(unit).compileFlags(unit.standard),
})
