import { KEY_WORKFLOW, keyWorkflowId } from '../../workflows/contract/connection-keys.ts'
import { SYNC_WINDOW_WORKFLOW, syncWindowWorkflowId } from '../../workflows/contract/sync-windows.ts'
import { UNIT_TREE_WORKFLOW, unitTreeWorkflowId } from '../../workflows/contract/units.ts'

/** The stores order processes and know no workflow: these are the names they are given. */
export const approvalProcesses = {
  unitTreeWorkflow: UNIT_TREE_WORKFLOW,
  unitTreeProcessId: unitTreeWorkflowId,
  syncWindowWorkflow: SYNC_WINDOW_WORKFLOW,
  syncWindowProcessId: syncWindowWorkflowId,
}

export const keyProcesses = { keyWorkflow: KEY_WORKFLOW, keyProcessId: keyWorkflowId }
