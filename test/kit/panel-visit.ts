import type { Panel, PanelVisit } from '../../src/core/panel-port.js'

/** A place in the queue of a panel that nobody else uses. */
export const ALONE: Omit<PanelVisit, keyof Panel> = {
  prove: () => undefined,
  hasRoom: () => true,
  isAway: () => false,
  takeTurn: async () => 0,
  expectedMs: () => 0,
  meanMs: () => 0,
  leave: () => undefined,
}
