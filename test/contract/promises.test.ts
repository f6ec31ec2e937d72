import { expect, test } from 'vitest'
import { TODAY } from '../replay/source.ts'
import { PROMISES } from './promises.ts'

test.each(Object.entries(PROMISES))('%s', async (_promise, keep) => {
  await expect(keep(TODAY)).resolves.toBeUndefined()
})
