/** `workflow`: decisions, projection and what the processes themselves need. `work`: everything heavy or outward. */
export const TASK_QUEUES = { workflow: 'workflow', work: 'work' } as const
