import type { History } from '@temporalio/common/lib/proto-utils.js'
import {
  DefaultLogger,
  Runtime,
  Worker,
  type InjectedSinks,
  type WorkflowBundleOption,
} from '@temporalio/worker'
import { findDifferences } from './recorded.ts'
import type { Told, ToldSinks } from './told.ts'

Runtime.install({
  logger: new DefaultLogger('ERROR'),
  telemetryOptions: { logging: { filter: 'ERROR', forward: {} } },
})

export interface Replayed {
  readonly name: string
  /** What the engine says against it; null where the process goes on. */
  readonly refusal: string | null
  /** Where the process said something else than what was recorded. */
  readonly differences: readonly string[]
}

/** Lets processes go through their histories again under this code, one after the other. */
export async function* replayAll(
  workflowBundle: WorkflowBundleOption,
  histories: Iterable<readonly [name: string, history: History]>,
): AsyncGenerator<Replayed> {
  let told: Told[] = []
  const sinks: InjectedSinks<ToldSinks> = {
    told: { note: { fn: (_info, note) => void told.push(note), callDuringReplay: true } },
  }
  const underWay: (readonly [string, History])[] = []
  function* handOut() {
    for (const [name, history] of histories) {
      underWay.push([name, history])
      const workflowId = history.events?.[0]?.workflowExecutionStartedEventAttributes?.workflowId ?? name
      yield { workflowId, history }
    }
  }
  for await (const { error } of Worker.runReplayHistories({ workflowBundle, sinks }, handOut())) {
    const [name, history] = underWay.pop() ?? ['', {}]
    yield { name, refusal: error?.message ?? null, differences: findDifferences(history, told) }
    told = []
  }
}
