/** The seven stages of Official Letter 5034/BNV-CCVC, in the order in which every body passes them. */
export const STAGES = [
  'select-software',
  'build-unit-codes',
  'update-records',
  'sign-records',
  'schedule-sync',
  'sync-records',
  'match-daily',
] as const
export type Stage = (typeof STAGES)[number]

export function isStage(value: unknown): value is Stage {
  return STAGES.some((stage) => stage === value)
}

/**
 * Who closes a stage. `ministry` and `second-officer`: somebody submits and another person approves;
 * `rows`: no act at all, the stage is complete as soon as its rows say so.
 */
export type Approver = 'ministry' | 'second-officer' | 'rows'

const APPROVER_OF = {
  'select-software': 'ministry',
  'build-unit-codes': 'ministry',
  'update-records': 'second-officer',
  'sign-records': 'rows',
  'schedule-sync': 'ministry',
  'sync-records': 'rows',
  'match-daily': 'rows',
} as const satisfies Record<Stage, Approver>

export const approverOf = (stage: Stage): Approver => APPROVER_OF[stage]

/** Daily matching has a first day but no end: it is never complete, and it can not be late. */
export const isEndless = (stage: Stage): boolean => stage === 'match-daily'
