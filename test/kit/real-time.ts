import { afterEach, vi } from 'vitest'

// Test files share a process, so a date or timers that a test sets would stay for the next file.
afterEach(() => void vi.useRealTimers())
