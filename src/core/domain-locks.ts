/** Lets one change at a time into a domain: two at once corrupt its login file (panel README, hazard 5). */
export interface DomainLocks {
  /**
   * Runs the work once all earlier work of the same domain has ended, and gives its result.
   *
   * @param work is told whether it had to wait, so that what it knew before may be out of date
   */
  run<Result>(domain: string, work: (waited: boolean) => Promise<Result>): Promise<Result>
}
