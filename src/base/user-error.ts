/** An error that the user can mend: one clear sentence that names the remedy. The command line prints it and exits 2. */
export class UserError extends Error {
  override readonly name = 'UserError'
}
