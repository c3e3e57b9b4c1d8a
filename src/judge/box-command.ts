/**
 * The command that starts a runner of answers (native/judge-box) behind bubblewrap. In: the folder with the runner and
 * what compilers are helped by. Out: the command; nothing is started.
 *
 * The runner keeps one capability, CAP_SYS_ADMIN, in a user namespace that owns nothing else: with it, it gives each
 * run namespaces and file systems of its own. What it runs has none.
 */
import { readdirSync } from 'node:fs'
import { type Command, NOBODY, systemFolder } from '../sandbox/rung.ts'

/** Where the sandbox sees the folder. */
export const SUPPORT = '/support'

/** The runner's name there. */
export const JUDGE_BOX = 'judge-box'

/** What runtimes read beside /usr: Debian keeps parts of them here. Nothing of it is about this machine. */
const SYSTEM_FILES = /^(?:alternatives|ld\.so\.cache|php|mono|java(?:-\d+-openjdk)?)$/

/** @param args what the runner is to do, as native/judge-box/judge-box.c says */
export function boxCommand(supportFolder: string, args: readonly string[]): Command {
  const etc = readdirSync('/etc').filter((name) => SYSTEM_FILES.test(name))
  return {
    file: 'bwrap',
    cwd: '/',
    args: [
      ...['--unshare-user', '--unshare-ipc', '--unshare-pid', '--unshare-net', '--unshare-uts'],
      ...['--unshare-cgroup-try', '--die-with-parent', '--new-session', '--hostname', 'sandbox'],
      ...['--uid', `${NOBODY}`, '--gid', `${NOBODY}`, '--cap-drop', 'ALL', '--cap-add', 'CAP_SYS_ADMIN'],
      ...['--ro-bind', '/usr', '/usr', ...['/bin', '/lib', '/lib64'].flatMap(systemFolder)],
      ...etc.flatMap((name) => ['--ro-bind', `/etc/${name}`, `/etc/${name}`]),
      // Debian's list of the libraries that GHC has.
      ...['--ro-bind-try', '/var/lib/ghc', '/var/lib/ghc'],
      ...['--proc', '/proc', '--dev', '/dev', '--remount-ro', '/dev'],
      ...['--dir', '/tmp', '--dir', '/box', '--dir', '/input', '--ro-bind', supportFolder, SUPPORT],
      ...['--chdir', '/', '--remount-ro', '/', '--', `${SUPPORT}/${JUDGE_BOX}`, ...args],
    ],
  }
}
