/** How a unit is entered: a program by its main, a function through a driver made from its types. */
import type { CallPlan } from './call-plan.ts'

export type EntryPoint =
  | { readonly kind: 'program'; readonly exitDefined: boolean }
  | { readonly kind: 'function'; readonly plan: CallPlan; readonly driver: string }
