/** The releases of Hestia that the simulator can be, each held to a recording of 1.8.12, 1.9.4 or 1.10.3. */
export const panelReleases = ['1.8', '1.9', '1.10'] as const

export type PanelRelease = (typeof panelReleases)[number]
