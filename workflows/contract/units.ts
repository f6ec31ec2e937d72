import type { TreeRef } from '../../activities/contract/units.ts'

export const UNIT_TREE_WORKFLOW = 'unitTreeWorkflow'
export const unitTreeWorkflowId = (treeId: string) => `unit-tree:${treeId}`
export interface UnitTreeInput extends TreeRef {
  readonly parkingNo: number
}
