/**
 * The process that commands run in, one after the other, each in a folder of its own: starting one for each would take
 * longer than most commands. A request by the parent in, what the command ended with and wrote out.
 */
import { Writable } from 'node:stream'
import { processContext } from '../src/cli/context.ts'
import { main } from '../src/cli/main.ts'
import type { CommandRequest, CommandResult } from './command-process.ts'

/** More of an output than that is not kept. */
const KEPT_CHARACTERS = 20_000_000

function keep(onText: (text: string) => void): { stream: Writable; text: () => string } {
  let kept = ''
  const stream = new Writable({
    decodeStrings: false,
    write(chunk: string | Buffer, _encoding, done) {
      const text = chunk.toString()
      if (kept.length < KEPT_CHARACTERS) kept += text
      onText(text)
      done()
    },
  })
  return { stream, text: () => kept }
}

async function answer({ argv, folder, interruptAt }: CommandRequest): Promise<CommandResult> {
  process.chdir(folder)
  let isInterrupted = false
  const interrupt = (text: string) => {
    if (interruptAt === undefined || isInterrupted || !text.includes(interruptAt)) return
    isInterrupted = true
    process.emit('SIGINT')
  }
  const [out, err] = [keep(interrupt), keep(interrupt)]
  const exit = await main(argv, { ...processContext(), stdout: out.stream, stderr: err.stream })
  // What goes wrong right after the end still counts for this command.
  await new Promise((resolve) => setTimeout(resolve, 2))
  return { exit, stdout: out.text(), stderr: err.text(), peakMib: process.resourceUsage().maxRSS / 1024 }
}

process.on('message', async (request: CommandRequest) => {
  process.send!(await answer(request))
})
