import type { Context } from '@temporalio/activity'
import type { ActivityInterceptors } from '@temporalio/worker'
import { isDatabaseAway } from '../drizzle/client.ts'

const LOOK_AGAIN_AFTER_MS = 500

/**
 * A step that finds our own database away waits for it in place and is then taken up anew, as every step may be: only
 * what other authorities' systems do uses up its tries. It lasts no longer than the step may.
 */
export const waitForDatabase = (context: Pick<Context, 'heartbeat' | 'sleep'>): ActivityInterceptors => ({
  inbound: {
    async execute(input, next) {
      for (;;)
        try {
          return await next(input)
        } catch (error) {
          if (!isDatabaseAway(error)) throw error
          context.heartbeat()
          await context.sleep(LOOK_AGAIN_AFTER_MS)
        }
    },
  },
})
