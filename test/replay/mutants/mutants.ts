import type { Edit } from '../source.ts'

/** A wrong change of the code that processes run, by what it does. */
export type Mutants = Readonly<Record<string, Edit>>

const of =
  (file: string) =>
  (find: string, replace: string): Edit => ({ file: `workflows/${file}.ts`, find, replace })
const [campaigns, clock, errands, keys] = [of('campaigns'), of('clock'), of('errands'), of('connection-keys')]
const [localities, matching, parking, proxies] = [
  of('localities'),
  of('matching'),
  of('parking'),
  of('proxies'),
]
const [records, signing, windows] = [of('records'), of('signing'), of('sync-windows')]
const [units, verifications] = [of('units'), of('verifications')]

/** Each changes what a running process does next: its replay is refused. */
export const COMMAND_MUTANTS: Mutants = {
  'no daily report is written': campaigns(
    'await writeDailyReport({ campaignId, day: state.nextReportDay })',
    '',
  ),
  'a match is left out and a report written instead': campaigns(
    "await startMatchingRun({ campaignId, day: state.nextMatchDay, cause: 'day-loop' })",
    'await writeDailyReport({ campaignId, day: state.nextMatchDay })',
  ),
  'a campaign that goes on in a new run is launched again': campaigns('if (!state.launched) {', '{'),
  'a campaign hands over after 500 events': campaigns('EVENTS_MAX = 1_500', 'EVENTS_MAX = 500'),
  'an hour is believed without a look at the clock': clock("if (guess.mode === 'live')", 'if (true)'),
  'a process waits for an hour without a timer': clock(
    'if (campaignMs === null)',
    'if (campaignMs !== null)',
  ),
  'a decision to try again is taken as giving up': errands(
    "if (decision.kind === 'skip') return false",
    'return false',
  ),
  'a process parks and tells nobody': errands(
    'openAttention({ campaignId, localityCode, kind, processId, parkingNo, reason, choices }),',
    'Promise.resolve(),',
  ),
  'only what belongs to no campaign tells its body': errands(
    'if (campaignId === null) return',
    'if (campaignId !== null) return',
  ),
  'a body keeps one run for all its stages': localities('if (movedOn || historyLength', 'if (historyLength'),
  'a body looks at its rows before it plans its reminders': localities(
    'const unplanned = state.ended ?',
    'const unplanned = state.ended || state.look ?',
  ),
  'an approved stage is not held against its rows': {
    file: 'domain/localities-process.ts',
    find: "status.state = 'approved'\n      state.look = true",
    replace: "status.state = 'approved'",
  },
  'a key tells its body before it is confirmed': keys(
    'await doOrPark(errand',
    "await tellLocality(campaignId, localityCode, 'select-software')\n  await doOrPark(errand",
  ),
  'a tree is asked after without a pause': units('await sleep(ASK_EVERY)', ''),
  'an intake is never finished': records('await finishIntake(intake)', ''),
  'a signature is asked for a second later': signing(
    'await doOrPark(errand',
    'await condition(() => false, 1_000)\n  await doOrPark(errand',
  ),
  'a window is listed after it was sent': windows(
    'await prepareWindow(window)\n      const { pending } = await sendWindow(window)\n',
    'const { pending } = await sendWindow(window)\n      await prepareWindow(window)\n',
  ),
  'a window never hands over': windows('EVENTS_MAX = 1_500', 'EVENTS_MAX = 150_000'),
  'a body that can not be matched leaves no row': matching(
    'await recordMatchFailure({ ...input, localityCode, reason: reasonOf(error) })',
    'reasonOf(error)',
  ),
  'a verification is never finished': verifications('await finishVerification(input)', ''),
}

/** None changes which commands there are: replay goes on, and what was promised is broken all the same. */
export const SILENT_MUTANTS: Mutants = {
  'a tree is asked after every 20 s': units("ASK_EVERY = '2s'", "ASK_EVERY = '20s'"),
  'a window does not count its rounds': windows('round += 1', 'round += 0'),
  'a window forgets its parkings when it hands over': windows(
    'parkingNo: place.number',
    'parkingNo: input.parkingNo',
  ),
  'a second decision is taken for one parking': parking(' || decision?.parkingNo === awaited', ''),
  'an act is not checked': localities('enforce(() => assertAllowed(state, act))', 'enforce(() => {})'),
  'an act that is repeated is done again': localities(
    'state.answers[act.opId] ?? decide(state, act)',
    'decide(state, act)',
  ),
  'a body tells its stages only': localities(
    'setHandler(processQuery, () => state)',
    'setHandler(processQuery, () => state.stages)',
  ),
  'a national system is tried sixty times': proxies('maximumAttempts: 6', 'maximumAttempts: 60'),
  'our database is asked again as the engine pleases': proxies(
    "retry: { initialInterval: '200ms', maximumInterval: '5s' },",
    '',
  ),
  'heavy processes burden the other queue': proxies('{ ...QUICK, taskQueue: TASK_QUEUES.work }', 'QUICK'),
  'a quick step may take ten minutes': proxies("startToCloseTimeout: '10s'", "startToCloseTimeout: '10m'"),
  'why something is parked is not said': errands("cause.type ?? 'failed'", "'failed'"),
  'another process is told': errands(
    'localityWorkflowId(campaignId, localityCode)',
    'localityWorkflowId(localityCode, campaignId)',
  ),
}
