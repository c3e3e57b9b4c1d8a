/**
 * Ctrl-C and SIGTERM during long work: the first raises the abort signal, so that the work can store what it has;
 * the second ends the process at once, which the database survives too.
 */
const SIGNALS = ['SIGINT', 'SIGTERM'] as const

/** @param onInterrupt called once, at the first signal */
export async function withInterrupt<Result>(
  onInterrupt: () => void,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const controller = new AbortController()
  const stopListening = () => {
    for (const name of SIGNALS) process.off(name, onSignal)
  }
  const onSignal = (name: NodeJS.Signals) => {
    if (controller.signal.aborted) {
      stopListening()
      process.kill(process.pid, name)
      return
    }
    controller.abort()
    onInterrupt()
  }
  for (const name of SIGNALS) process.on(name, onSignal)
  try {
    return await work(controller.signal)
  } finally {
    stopListening()
  }
}
