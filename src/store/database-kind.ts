/** A file in, whether it is a database of groups or of problems out. */
import { openConnection } from './connection.ts'
import { PROBLEMS_ID } from './problems/problems-schema.ts'

/** What is neither counts as one of groups: opening it says what is wrong. */
export function databaseKind(path: string): 'groups' | 'problems' {
  const connection = openConnection(path, { readonly: true })
  try {
    return connection.pragma<number>('application_id') === PROBLEMS_ID ? 'problems' : 'groups'
  } finally {
    connection.close()
  }
}
