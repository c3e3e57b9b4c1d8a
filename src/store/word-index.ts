/**
 * Texts by number in, the numbers of those that hold given words out. It lies in a temporary file of SQLite, which goes
 * with the process, since words of very many texts would fill the memory.
 */
import Database from 'better-sqlite3'

export interface WordIndex {
  /** Numbers from 0 on, each once, ascending. */
  add(texts: readonly NumberedText[]): void
  /** Of the texts in which each word of the query begins some word; ascending, at most `most`. */
  find(query: string, most: number): number[]
  close(): void
}

export interface NumberedText {
  readonly number: number
  readonly text: string
}

/** As FTS5's tokenizer cuts them; no quote can be in one. */
const WORD = /[\p{L}\p{N}\p{Co}]+/gu
/** Words that begin alike and are named one by one; where there are more, each has little. */
const MOST_NAMED = 50
/** Words that are known to be in the table of words without asking it. */
const KEPT_WORDS = 50_000

/**
 * @example
 * words.add([{ number: 0, text: 'find_max p02270/s0001.c' }])
 * words.find('max p022', 10) // [0]
 */
export function openWordIndex(): WordIndex {
  const db = new Database('')
  // What is lost when the process dies is made anew by the next.
  db.exec(`PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;
    CREATE VIRTUAL TABLE texts USING fts5 (text, content = '', columnsize = 0, detail = none, prefix = '1 2 3 4 5');
    CREATE TABLE words (word TEXT PRIMARY KEY) STRICT, WITHOUT ROWID`)
  const insertText = db.prepare('INSERT INTO texts (rowid, text) VALUES (?, ?)')
  const insertWord = db.prepare('INSERT OR IGNORE INTO words VALUES (?)')
  const wordsFrom = db.prepare('SELECT word FROM words WHERE word >= ? AND word < ? LIMIT ?').pluck()
  const match = db.prepare('SELECT rowid FROM texts WHERE texts MATCH ? ORDER BY rowid LIMIT ?').pluck()
  const known = new Set<string>()

  /**
   * What begins so. SQLite puts all rows of a beginning together before it gives the first, but takes those of whole words
   * one by one: so a few words are named.
   */
  function beginning(word: string): string {
    const found = wordsFrom.all(word, `${word}\u{10ffff}`, MOST_NAMED + 1) as string[]
    if (found.length === 0 || found.length > MOST_NAMED) return `"${word}"*`
    return `(${found.map((one) => `"${one}"`).join(' OR ')})`
  }

  return {
    add: db.transaction((texts: readonly NumberedText[]) => {
      for (const { number, text } of texts) {
        insertText.run(number + 1, text)
        for (const word of wordsOf(text)) {
          if (known.has(word)) continue
          if (known.size < KEPT_WORDS) known.add(word)
          insertWord.run(word)
        }
      }
    }),
    find(query, most) {
      const words = wordsOf(query)
      if (words.length === 0) return []
      const rows = match.all(words.map(beginning).join(' AND '), most) as number[]
      return rows.map((row) => row - 1)
    },
    close: () => void db.close(),
  }
}

const wordsOf = (text: string): string[] => text.toLowerCase().match(WORD) ?? []
