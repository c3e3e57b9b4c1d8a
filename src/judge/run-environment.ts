/** All that a program under judgement, or its compiler, finds in its environment. */
export const RUN_ENVIRONMENT = {
  PATH: '/usr/local/bin:/usr/bin:/bin',
  HOME: '/tmp',
  TMPDIR: '/tmp',
  LANG: 'C.UTF-8',
} as const
