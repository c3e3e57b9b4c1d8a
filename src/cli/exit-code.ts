/** What a command ends with. */
export const EXIT = {
  done: 0,
  /** A checked property does not hold. */
  failed: 1,
  /** Wrong usage or input: one sentence on stderr. */
  usage: 2,
  unknown: 3,
  /** A bug of gepo, with its stack on stderr: EX_SOFTWARE of sysexits.h, so that no verdict shares its code. */
  bug: 70,
  /** Stopped by SIGINT or SIGTERM with the state saved. */
  interrupted: 130,
} as const

export type ExitCode = (typeof EXIT)[keyof typeof EXIT]
