import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import { findingList, verificationView } from '../api/contract/verifications.ts'
import { isVerificationRule, VERIFICATION_RULES } from '../domain/verifications.ts'
import type { Answer } from './answers.ts'
import { readNewestCampaign } from './campaigns-newest.ts'
import { codeArgument, type Group } from './commands.ts'
import { EXIT, Stop, wrongUsage, type ExitCode } from './exit-codes.ts'
import { showCount, type Sentence } from './language.ts'
import type { Session } from './session.ts'
import { showFacts, showTable } from './tables.ts'
import { showBar, tenth, type Terminal } from './terminal.ts'

type Verification = z.infer<typeof verificationView>
type Finding = z.infer<typeof findingList>['findings'][number]

const LOOK_AGAIN_AFTER_MS = 500
const DONE_WITHIN_MS = 2 * 3_600_000
const STATES = {
  running: { vi: 'đang kiểm tra', en: 'running' },
  clean: {
    vi: 'đủ và đúng: không mất, không trùng, không sai khác',
    en: 'clean: nothing lost, doubled or altered',
  },
  found: { vi: 'có sai khác', en: 'something was found' },
  incomplete: { vi: 'chưa kiểm tra được hết', en: 'not everything could be looked at' },
} as const satisfies Record<Verification['state'], Sentence>
const CHECKED: Readonly<Record<string, Sentence>> = {
  lines: { vi: 'Dòng đã nộp', en: 'Lines handed in' },
  staged: { vi: 'Dòng chờ chuyển đổi', en: 'Lines staged' },
  records: { vi: 'Hồ sơ', en: 'Records' },
  versions: { vi: 'Phiên bản', en: 'Versions' },
  items: { vi: 'Hồ sơ trong các đợt', en: 'Items of windows' },
  pending: { vi: 'Hồ sơ chờ gửi', en: 'Items pending' },
  applied: { vi: 'Mục nhật ký bên nhận', en: 'Entries of the receiver’s journal' },
  sessions: { vi: 'Phiên ký', en: 'Signing sessions' },
  stages: { vi: 'Bước', en: 'Stages' },
  auditEntries: { vi: 'Mục nhật ký kiểm toán', en: 'Audit entries' },
}

export function verificationCommands(root: Group): void {
  root.command({
    usage: 'verify',
    says: {
      vi: 'kiểm tra lại từ dữ liệu và nhật ký bên nhận: không mất, không trùng, không sai khác',
      en: 'recompute from the rows and the receiver’s journal that nothing is lost, doubled or altered',
    },
    options: [
      ['--campaign <id>', { vi: 'chiến dịch; mặc định mới nhất', en: 'the campaign; by default the newest' }],
      ['--body <code>', { vi: 'chỉ cơ quan này', en: 'only this body' }],
      ['--window <id>', { vi: 'chỉ đợt đồng bộ này của cơ quan', en: 'only this window of the body' }],
      ['--no-wait', { vi: 'không chờ kết quả', en: 'do not wait for the result' }],
    ],
    given: z.object({
      campaign: z.uuid().optional(),
      body: codeArgument.optional(),
      window: z.uuid().optional(),
      wait: z.boolean().default(true),
    }),
    act: verify,
  })
}

async function verify(
  session: Session,
  given: {
    readonly campaign?: string | undefined
    readonly body?: string | undefined
    readonly window?: string | undefined
    readonly wait: boolean
  },
): Promise<ExitCode> {
  const { api, terminal } = session
  if (given.window !== undefined && given.body === undefined)
    throw wrongUsage({ vi: 'Cần --body cùng với --window.', en: '--window needs --body.' })
  const campaignId = given.campaign ?? (await readNewestCampaign(session))
  const ordered = await api.post(verificationView, `/campaigns/${campaignId}/verifications`, {
    ...(given.body === undefined ? {} : { localityCode: given.body }),
    ...(given.window === undefined ? {} : { windowId: given.window }),
  })
  const last = given.wait ? await waitFor(session, ordered) : ordered
  session.show(last, (value) => describe(value, terminal))
  if (last.value.state === 'running') return EXIT.done
  if (last.value.state === 'clean') return EXIT.done
  const pages = await api.pages(findingList, `/verifications/${last.value.verificationId}/findings`)
  if (last.value.state === 'found')
    session.showAll(pages, (lists) =>
      describeFindings(
        lists.flatMap(({ findings }) => findings),
        terminal,
      ),
    )
  return EXIT.unexpected
}

async function waitFor(
  { api, terminal }: Session,
  ordered: Answer<Verification>,
): Promise<Answer<Verification>> {
  const path = `/verifications/${ordered.value.verificationId}`
  const progress = terminal.progress()
  const checking = terminal.pick({ vi: 'Đang kiểm tra', en: 'Verifying' })
  const deadline = performance.now() + DONE_WITHIN_MS
  try {
    for (let seen = ordered; ; seen = await api.get(verificationView, path)) {
      const { done, parts, state } = seen.value
      progress.show(`verifying ${tenth(done, parts)}`, `${checking} ${showBar(done, parts)}`)
      if (state !== 'running') return seen
      if (performance.now() > deadline)
        throw new Stop(EXIT.noAnswer, {
          vi: 'Chưa kiểm tra xong; hãy hỏi lại sau.',
          en: 'It is still being verified; ask again later.',
        })
      await pause(LOOK_AGAIN_AFTER_MS)
    }
  } finally {
    progress.end()
  }
}

function describe(verification: Verification, { pick, language }: Terminal): string {
  const { checked, found, problems } = verification
  return showFacts([
    [pick({ vi: 'Kiểm tra', en: 'Verification' }), verification.verificationId],
    [pick({ vi: 'Kết quả', en: 'Result' }), pick(STATES[verification.state])],
    ...Object.entries(CHECKED).flatMap(([name, title]): [string, string][] => {
      const count = checked[name]
      return count === undefined ? [] : [[pick(title), showCount(count, language)]]
    }),
    ...Object.entries(found).map(([rule, count]): [string, string] => [
      rule,
      `${showCount(count, language)}: ${isVerificationRule(rule) ? pick(VERIFICATION_RULES[rule]) : ''}`,
    ]),
    ...problems.map(({ part, reason }): [string, string] => [
      part,
      pick({ vi: `không kiểm tra được: ${reason}`, en: `could not be looked at: ${reason}` }),
    ]),
  ])
}

const describeFindings = (findings: readonly Finding[], { pick }: Terminal): string =>
  showTable(
    [
      { title: pick({ vi: 'Cơ quan', en: 'Body' }), cell: ({ part }) => part },
      { title: pick({ vi: 'Quy tắc', en: 'Rule' }), cell: ({ rule }) => rule },
      { title: pick({ vi: 'Đối tượng', en: 'Subject' }), cell: ({ subject }) => subject },
      { title: pick({ vi: 'Phiên bản', en: 'Version' }), cell: ({ versionNo }) => String(versionNo ?? '') },
      { title: pick({ vi: 'Đợt', en: 'Window' }), cell: ({ windowId }) => windowId ?? '' },
    ],
    findings,
  )
