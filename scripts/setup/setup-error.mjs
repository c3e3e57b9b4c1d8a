/** A set-up step that cannot go on: one sentence with the remedy, and what the failed program printed. */
export class SetupError extends Error {
  /**
   * @param {string} message
   * @param {string} [details]
   */
  constructor(message, details = '') {
    super(message)
    this.name = 'SetupError'
    this.details = details
  }
}
