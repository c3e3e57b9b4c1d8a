/** The sandbox broke twice on one run. Says nothing about the program, so no verdict may be made of it. */
export class SandboxFailure extends Error {
  override readonly name = 'SandboxFailure'
}
