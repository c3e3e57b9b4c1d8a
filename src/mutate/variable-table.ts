/** Variables with their scopes in, the one that a name means at a place of the code out. */
import type { CType } from './c-type.ts'

export interface Variable {
  readonly name: string
  readonly type: CType
  readonly storage: 'parameter' | 'local' | 'static' | 'global'
  readonly hasInitialiser: boolean
  /** Declared with `const`: of a pointer or array, what it points to may not be written. */
  readonly isConst: boolean
  /** The variable is visible from here ... */
  readonly visibleFrom: number
  /** ... to here; the start of the scope tells inner from outer. */
  readonly scopeStart: number
  readonly scopeEnd: number
}

export class VariableTable {
  readonly #all: Variable[] = []
  readonly #byName = new Map<string, Variable[]>()

  get all(): readonly Variable[] {
    return this.#all
  }

  add(variable: Variable): void {
    this.#all.push(variable)
    const same = this.#byName.get(variable.name)
    if (same === undefined) this.#byName.set(variable.name, [variable])
    else same.push(variable)
  }

  /** The variable that `name` means at `offset`. */
  find(name: string, offset: number): Variable | null {
    let best: Variable | null = null
    for (const variable of this.#byName.get(name) ?? []) {
      if (offset < variable.visibleFrom || offset >= variable.scopeEnd) continue
      if (best === null || variable.scopeStart >= best.scopeStart) best = variable
    }
    return best
  }
}
