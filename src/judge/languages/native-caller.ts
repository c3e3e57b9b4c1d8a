/**
 * What calls functions of C and C++ from outside (native/judge-box/drivers/call.c, call-c.c), compiled once for a judge.
 * What an answer's own file needs beside it stands in cpp-call.ts and c-call.ts.
 */
import { join } from 'node:path'
import { SUPPORT } from '../box-command.ts'
import { callDriverPath } from '../call-driver.ts'
import type { Workshop } from '../workshop.ts'
import { compileCaller } from './compile-outside.ts'

const FOLDER = 'native'
const OBJECTS = { caller: 'call.o', forC: 'call-c.o' } as const

/** As boxes see them: for both languages, and what C needs beside it. */
export const NATIVE_CALLER = `${SUPPORT}/${FOLDER}/${OBJECTS.caller}`
export const NATIVE_CALLER_FOR_C = `${SUPPORT}/${FOLDER}/${OBJECTS.forC}`

/** @param compiler gcc or g++ */
export const compileNativeCaller = (compiler: string, workshop: Workshop) =>
  compileCaller(workshop, FOLDER, (folder) =>
    Object.values(OBJECTS).map((object) => [
      ...[compiler, '-x', 'c', '-std=gnu17', '-O2', '-w', '-c', '-o', join(folder, object)],
      callDriverPath(object.replace(/\.o$/, '.c')),
    ]),
  )
