/** What goes wrong with a call. */
export type Fault =
  /** The connection breaks. `mid-answer`: the command ran, and the headers and part of the body were sent. */
  | { kind: 'reset'; when: 'before-run' | 'after-run' | 'mid-answer' }
  /** The response never comes. `begun` is called when the command has run, if it runs. */
  | { kind: 'silence'; run: boolean; begun?: (() => void) | undefined }
  /**
   * Endless spaces follow the response: `trickle`, one at a time with pauses; `flood`, as fast as possible. `begun` is called
   * when the response itself has been written.
   */
  | { kind: 'endless'; run: boolean; pace: 'trickle' | 'flood'; begun?: (() => void) | undefined }
  /** This many spaces follow the response. */
  | { kind: 'padded'; run: boolean; bytes: number }
  /** Half of the response arrives, but looks complete. */
  | { kind: 'truncated'; run: boolean }
  /** Something in between responds, such as a proxy with its own page. */
  | { kind: 'answer'; run: boolean; status: number; headers?: Record<string, string>; body: string }
  /** The command ends with this exit code. The response has the panel's form for the kind of credentials. */
  | { kind: 'exit'; code: number; run: boolean; output?: string }

/** A call that waits before its command runs. */
export interface Hold {
  /** Resolves when the call has arrived. */
  readonly arrived: Promise<void>
  release(): void
}

/** Faults and holds for the next calls, by command, or by command and last argument (`v-list-user json`). */
export interface Interventions {
  failNext(call: string, fault: Fault, times?: number): void
  hold(call: string): Hold
  takeFault(command: string, args: readonly string[]): Fault | undefined
  /** Waits while the call is held. */
  pass(command: string, args: readonly string[]): Promise<void>
  /** Removes the faults and holds that haven't been used yet. Calls on hold stay on hold. */
  clear(): void
}

interface PendingHold {
  arrive(): void
  readonly released: Promise<void>
}

export function createInterventions(): Interventions {
  const faults = new Map<string, Fault[]>()
  const holds = new Map<string, PendingHold[]>()
  return {
    failNext(call, fault, times = 1) {
      faults.set(call, [...(faults.get(call) ?? []), ...Array<Fault>(times).fill(fault)])
    },
    hold(call) {
      const arrival = createSignal()
      const release = createSignal()
      const pending = { arrive: arrival.give, released: release.given }
      holds.set(call, [...(holds.get(call) ?? []), pending])
      return { arrived: arrival.given, release: release.give }
    },
    takeFault: (command, args) => take(faults, command, args),
    async pass(command, args) {
      const pending = take(holds, command, args)
      pending?.arrive()
      await pending?.released
    },
    clear() {
      faults.clear()
      holds.clear()
    },
  }
}

function take<Item>(store: Map<string, Item[]>, command: string, args: readonly string[]): Item | undefined {
  return store.get(`${command} ${args.at(-1)}`)?.shift() ?? store.get(command)?.shift()
}

function createSignal(): { readonly given: Promise<void>; give(): void } {
  let give = () => {}
  const given = new Promise<void>((resolve) => {
    give = resolve
  })
  return { given, give: () => give() }
}
