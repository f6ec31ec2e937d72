import { buildPages } from '../../start/pages.ts'

/** Builds the pages as they are delivered, before the browser is shown them. */
export const setup = (): Promise<void> => buildPages(() => {})
