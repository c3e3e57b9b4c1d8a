/** A file in, whether it is a database of groups or of problems out. */
import { closeSync, openSync, readSync } from 'node:fs'
import { isRegularFile } from '../base/regular-file.ts'
import { openConnection } from './connection.ts'
import { OWN_ANSWERS_ID } from './own-answers.ts'
import { PROBLEMS_ID } from './problems/problems-schema.ts'
import { APPLICATION_ID } from './schema.ts'

/** What is neither counts as one of groups: opening it says what is wrong. */
export function databaseKind(path: string): 'groups' | 'problems' {
  const connection = openConnection(path, { readonly: true })
  try {
    return connection.pragma<number>('application_id') === PROBLEMS_ID ? 'problems' : 'groups'
  } finally {
    connection.close()
  }
}

/** Whether a file holds groups, by its first bytes. False for one that is not there, or is no database. */
export function isGroupDatabase(path: string): boolean {
  return applicationId(path) === APPLICATION_ID
}

/** Whether it holds the answers of a model's own of a run, likewise. */
export function isOwnAnswers(path: string): boolean {
  return applicationId(path) === OWN_ANSWERS_ID
}

/** Of SQLite's header; undefined for what is no database. */
function applicationId(path: string): number | undefined {
  if (!isRegularFile(path)) return undefined
  const header = Buffer.alloc(72)
  const file = openSync(path, 'r')
  try {
    readSync(file, header, 0, header.length, 0)
  } finally {
    closeSync(file)
  }
  return header.toString('latin1', 0, 15) === 'SQLite format 3' ? header.readUInt32BE(68) : undefined
}
