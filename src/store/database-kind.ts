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

/** Whether a file holds groups. False for one that is not there, or is no database. */
export function isGroupDatabase(path: string): boolean {
  return applicationId(path) === APPLICATION_ID
}

/** Whether a file holds a model's own answers of a run, likewise. */
export function isOwnAnswers(path: string): boolean {
  return applicationId(path) === OWN_ANSWERS_ID
}

/** Undefined for what is no database. Its header alone does not say it: it may still be in the log beside the file. */
function applicationId(path: string): number | undefined {
  if (!isRegularFile(path) || !beginsAsDatabase(path)) return undefined
  const connection = openConnection(path, { readonly: true })
  try {
    return connection.pragma<number>('application_id')
  } finally {
    connection.close()
  }
}

const MAGIC = 'SQLite format 3'

function beginsAsDatabase(path: string): boolean {
  const start = Buffer.alloc(MAGIC.length)
  const file = openSync(path, 'r')
  try {
    readSync(file, start, 0, start.length, 0)
  } finally {
    closeSync(file)
  }
  return start.toString('latin1') === MAGIC
}
