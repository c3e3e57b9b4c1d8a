import { callLiteral } from '../../call/call-literal.ts'
import { planCall } from '../../call/plan/plan-call.ts'
import { SOURCE_FLAGS } from '../../compile/code.ts'
import { findConstants } from '../../execute/inputs/find-constants.ts'
import { findImpurity } from '../../execute/original/check-externals.ts'
import { extractUnits } from '../../extract/extract-units.ts'
import { findFormatFaults } from '../../extract/find-format-faults.ts'
import { findRefusedConstruct } from '../../extract/find-refused-construct.ts'
import {
  C_STANDARDS,
  type CStandard,
  endOfMainReturnsZero,
  standardFlags,
} from '../../extract/standard-flags.ts'
import { combineMutants } from '../../mutate/combine-mutants.ts'
import { mutateUnit } from '../../mutate/mutate-unit.ts'
import { LANGUAGE_NAMES } from '../../records/language.ts'
import { loadParser } from '../../syntax/parse-c.ts'
import type { SourceLanguage } from '../source-language.ts'

export const cSource: SourceLanguage<CStandard> = {
  title: LANGUAGE_NAMES.c,
  endings: ['.c'],
  preprocessedEndings: ['.i'],
  standards: C_STANDARDS,
  extractUnits,
  findRefusedConstruct,
  endOfMainReturnsZero,
  renameMain: (text, name) => `#define main ${name}\n#line 1\n${text}`,
  compileFlags: (standard) => [...standardFlags(standard), ...SOURCE_FLAGS, '-x', 'c'],
  loadParser: () => loadParser(),
  mutateUnit: (unit, parse) => mutateUnit(unit, parse),
  combineMutants,
  findFormatFaults,
  findImpurity,
  findConstants,
  planCall,
  callLiteral,
}
