/** Where an error comes from and what it says, in this order; nothing of what else hangs on it, which may be long. */
export function whyFailed(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line))
  return [...frames, `${error.name}: ${error.message}`].join('\n')
}
