/**
 * Texts by number in, the numbers of those that hold given words out. It lies in a temporary file of SQLite, which goes
 * with the process, since words of very many texts would fill the memory.
 */
import Database from 'better-sqlite3'

export interface WordIndex {
  /** Numbers from 0 on, each once. */
  add(texts: readonly { readonly number: number; readonly text: string }[]): void
  /** Of the texts in which each word of the query begins some word; ascending, at most `most`. */
  find(query: string, most: number): number[]
  close(): void
}

/**
 * @example
 * words.add([{ number: 0, text: 'find_max p02270/s0001.c' }])
 * words.find('max p022', 10) // [0]
 */
export function openWordIndex(): WordIndex {
  const db = new Database('')
  // What is lost when the process dies is made anew by the next.
  db.exec(`PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;
    CREATE VIRTUAL TABLE words USING fts5 (text, content = '', columnsize = 0, detail = none, prefix = '1 2 3')`)
  const insert = db.prepare('INSERT INTO words (rowid, text) VALUES (?, ?)')
  const match = db.prepare('SELECT rowid FROM words WHERE words MATCH ? ORDER BY rowid LIMIT ?').pluck()
  return {
    add: db.transaction((texts: readonly { readonly number: number; readonly text: string }[]) => {
      for (const { number, text } of texts) insert.run(number + 1, text)
    }),
    find(query, most) {
      const words = query.match(WORD) ?? []
      if (words.length === 0) return []
      const rows = match.all(words.map((word) => `"${word}"*`).join(' '), most) as number[]
      return rows.map((row) => row - 1)
    },
    close: () => void db.close(),
  }
}

/** As FTS5's tokenizer cuts them; no quote can be in one. */
const WORD = /[\p{L}\p{N}\p{Co}]+/gu
