/** What goes wrong with a call. */
export type Fault =
  /** The connection breaks; `mid-answer`: the command ran, the headers and a part of the body were sent. */
  | { kind: 'reset'; when: 'before-run' | 'after-run' | 'mid-answer' }
  /** No answer ever comes. */
  | { kind: 'silence'; run: boolean }
  /** Something in between answers, as a proxy with a page of its own. */
  | { kind: 'answer'; run: boolean; status: number; headers?: Record<string, string>; body: string }
  /** The command ends with this exit code, answered as the panel answers the kind of credentials. */
  | { kind: 'exit'; code: number; run: boolean; output?: string }

/** A call that waits before its command runs. */
export interface Hold {
  /** Resolves when the call has arrived. */
  readonly arrived: Promise<void>
  release(): void
}

/** What tests have in store for coming calls, by command. */
export interface Interventions {
  failNext(command: string, fault: Fault, times?: number): void
  hold(command: string): Hold
  takeFault(command: string): Fault | undefined
  /** Waits as long as the call is held. */
  pass(command: string): Promise<void>
}

interface PendingHold {
  arrive(): void
  readonly released: Promise<void>
}

export function createInterventions(): Interventions {
  const faults = new Map<string, Fault[]>()
  const holds = new Map<string, PendingHold[]>()
  return {
    failNext(command, fault, times = 1) {
      faults.set(command, [...(faults.get(command) ?? []), ...Array<Fault>(times).fill(fault)])
    },
    hold(command) {
      const arrival = createSignal()
      const release = createSignal()
      const pending = { arrive: arrival.give, released: release.given }
      holds.set(command, [...(holds.get(command) ?? []), pending])
      return { arrived: arrival.given, release: release.give }
    },
    takeFault(command) {
      return faults.get(command)?.shift()
    },
    async pass(command) {
      const pending = holds.get(command)?.shift()
      pending?.arrive()
      await pending?.released
    },
  }
}

function createSignal(): { readonly given: Promise<void>; give(): void } {
  let give = () => {}
  const given = new Promise<void>((resolve) => {
    give = resolve
  })
  return { given, give: () => give() }
}
