import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import { sessionList, sessionView } from '../api/contract/signing.ts'
import { Refused, type Answer } from './answers.ts'
import { codeArgument, type Group } from './commands.ts'
import { EXIT, Stop, type ExitCode } from './exit-codes.ts'
import { showCount, showInstant, type Sentence } from './language.ts'
import type { Session } from './session.ts'

type Signing = z.infer<typeof sessionView>
type State = Signing['state']

const LOOK_AGAIN_AFTER_MS = 500
const FROZEN_WITHIN_MS = 3_600_000
/** The signer's device may need a person; after that, the same command goes on where it stood. */
const SIGNED_WITHIN_MS = 900_000
const STATES = {
  freezing: { vi: 'Đang chốt hồ sơ', en: 'Freezing the records' },
  'waiting-for-signer': { vi: 'Chờ người ký', en: 'Waiting for the signer' },
  signing: { vi: 'Đang ký', en: 'Signing' },
  signed: { vi: 'Đã ký', en: 'Signed' },
  abandoned: { vi: 'Đã bỏ', en: 'Abandoned' },
} as const satisfies Record<State, Sentence>

export function signingCommands(root: Group): void {
  root.command({
    usage: 'sign <code>',
    says: {
      vi: 'ký số mọi hồ sơ chưa ký: mở phiên, xem bản kê, xác nhận, ký',
      en: 'sign every unsigned record: open a session, read its manifest, confirm, sign',
    },
    options: [
      ['--yes', { vi: 'không hỏi lại', en: 'ask nothing' }],
      ['--abandon', { vi: 'bỏ phiên ký đang mở', en: 'abandon the session that is open' }],
    ],
    given: z.object({
      code: codeArgument,
      yes: z.boolean().default(false),
      abandon: z.boolean().default(false),
    }),
    act: (session, { code, yes, abandon }) =>
      abandon ? abandonSession(session, code) : signRecords(session, code, yes),
  })
}

async function signRecords(session: Session, code: string, yes: boolean): Promise<ExitCode> {
  const { api, terminal } = session
  const { sessionId } = await openOrContinue(session, code)
  const frozen = await waitFor(
    session,
    sessionId,
    ['waiting-for-signer', 'signing', 'signed'],
    FROZEN_WITHIN_MS,
  )
  const { records, manifest, state } = frozen.value
  terminal.tell(manifest ?? '')
  if (state === 'waiting-for-signer') {
    if (!yes)
      await terminal.confirm({
        vi: `Ký ${showCount(records ?? 0, 'vi')} hồ sơ theo bản kê trên?`,
        en: `Sign ${showCount(records ?? 0, 'en')} records with the manifest above?`,
      })
    await api.post(sessionView, `/signing-sessions/${sessionId}/sign`)
  }
  session.show(await waitFor(session, sessionId, ['signed'], SIGNED_WITHIN_MS), (signed) =>
    terminal.pick({
      vi: `Đã ký ${showCount(signed.records ?? 0, 'vi')} hồ sơ của ${code} lúc ${showInstant(signed.signedAt)} (phiên ${sessionId}).`,
      en: `${showCount(signed.records ?? 0, 'en')} records of ${code} were signed at ${showInstant(signed.signedAt)} (session ${sessionId}).`,
    }),
  )
  return EXIT.done
}

/** A session that was left open is taken up again: what it froze is still to be signed. */
async function openOrContinue(session: Session, code: string): Promise<Signing> {
  const { api, terminal } = session
  try {
    return (await api.post(sessionView, `/localities/${code}/signing-sessions`)).value
  } catch (error) {
    if (!(error instanceof Refused) || error.problem.code !== 'session-open') throw error
    const open = await findOpen(session, code)
    if (open === undefined) throw error
    terminal.say({
      vi: `Tiếp tục phiên ký ${open.sessionId}, mở lúc ${showInstant(open.openedAt)}.`,
      en: `Going on with session ${open.sessionId}, opened at ${showInstant(open.openedAt)}.`,
    })
    return open
  }
}

async function findOpen({ api }: Session, code: string): Promise<Signing | undefined> {
  const { value } = await api.get(sessionList, `/localities/${code}/signing-sessions`)
  return value.sessions.find(({ state }) => state !== 'signed' && state !== 'abandoned')
}

async function abandonSession(session: Session, code: string): Promise<ExitCode> {
  const { api, terminal } = session
  const open = await findOpen(session, code)
  if (open === undefined)
    throw new Stop(EXIT.refused, { vi: 'Không có phiên ký nào đang mở.', en: 'No signing session is open.' })
  session.show(await api.post(sessionView, `/signing-sessions/${open.sessionId}/abandon`), ({ sessionId }) =>
    terminal.pick({ vi: `Đã bỏ phiên ký ${sessionId}.`, en: `Session ${sessionId} is abandoned.` }),
  )
  return EXIT.done
}

/** @throws Stop where the session was abandoned meanwhile, or nothing comes in time */
async function waitFor(
  { api, terminal }: Session,
  sessionId: string,
  states: readonly State[],
  withinMs: number,
): Promise<Answer<Signing>> {
  const progress = terminal.progress()
  const deadline = performance.now() + withinMs
  try {
    for (;;) {
      const seen = await api.get(sessionView, `/signing-sessions/${sessionId}`)
      const { state } = seen.value
      progress.show(state, `${terminal.pick(STATES[state])} …`)
      if (states.includes(state)) return seen
      if (state === 'abandoned')
        throw new Stop(EXIT.refused, { vi: 'Phiên ký đã bị bỏ.', en: 'The session was abandoned.' })
      if (performance.now() > deadline)
        throw new Stop(EXIT.noAnswer, {
          vi: 'Chưa ký xong. Lệnh này gõ lại sẽ tiếp tục phiên ký đang mở.',
          en: 'It is not signed yet. The same command again goes on with the open session.',
        })
      await pause(LOOK_AGAIN_AFTER_MS)
    }
  } finally {
    progress.end()
  }
}
