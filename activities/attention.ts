import type { AttentionStore } from '../drizzle/stores/attention.ts'
import type { ClockStore } from '../drizzle/stores/clock.ts'
import type { AttentionActivities } from './contract/attention.ts'

export interface AttentionDeps {
  readonly attention: AttentionStore
  readonly clock: ClockStore
}

export const createAttentionActivities = ({ attention, clock }: AttentionDeps): AttentionActivities => ({
  async openAttention({ processId, ...parking }) {
    await attention.open({ ...parking, subject: processId, occurredMs: await clock.now() })
  },
  closeAttention: ({ processId, ...decision }) => attention.close({ ...decision, subject: processId }),
})
