/** The Hestia releases that the simulator can be. They are tested with recordings of 1.8.12, 1.9.4 and 1.10.3. */
export const panelReleases = ['1.8', '1.9', '1.10'] as const

export type PanelRelease = (typeof panelReleases)[number]
