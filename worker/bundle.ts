import { writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { bundleWorkflowCode, DefaultLogger, type WorkflowBundleOption } from '@temporalio/worker'

/** Built once for a release, so that every worker runs byte-identical workflow code; in development at each start. */
export function bundleWorkflows(): Promise<{ code: string }> {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
  return bundleWorkflowCode({
    workflowsPath: fileURLToPath(new URL(`../workflows/index.${extension}`, import.meta.url)),
    logger: new DefaultLogger('ERROR'),
  })
}

export const readBundle = async (prebuilt: string | undefined): Promise<WorkflowBundleOption> =>
  prebuilt === undefined ? bundleWorkflows() : { codePath: prebuilt }

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [, , target = 'dist/workflow-bundle.js'] = process.argv
  const { code } = await bundleWorkflows()
  await writeFile(target, code)
}
