import { bundleWorkflows } from '../../worker/bundle.ts'

/**
 * The product's workflows with shorter time-outs for steps whose worker was killed: a death is noticed after 3 s instead
 * of 10 s, or tests that kill would wait for most of their time. Nothing else differs.
 */
export async function bundleImpatiently(): Promise<string> {
  const { code } = await bundleWorkflows()
  const shorter = code
    .replaceAll("heartbeatTimeout: '10s'", "heartbeatTimeout: '3s'")
    .replaceAll("startToCloseTimeout: '10s'", "startToCloseTimeout: '4s'")
  if ((shorter.match(/heartbeatTimeout: '3s'/g) ?? []).length < 2 || !shorter.includes("Timeout: '4s'"))
    throw new Error('The time-outs of workflows/proxies.ts are no longer found in the bundle.')
  return shorter
}
