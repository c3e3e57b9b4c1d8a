/** A stand-in for the process that commands run in, whose commands do what no command should. */
process.on('message', ({ argv: [command] }: { argv: string[] }) => {
  if (command === 'die') process.kill(process.pid, 'SIGSEGV')
  if (command === 'throw') throw new Error('nobody catches this')
  if (command === 'answer') process.send!({ exit: 0, stdout: 'here', stderr: '', peakMib: 1 })
})
