import { createWriteStream } from 'node:fs'
import { rename, rm, stat } from 'node:fs/promises'
import { setTimeout as pause } from 'node:timers/promises'
import { pipeline } from 'node:stream/promises'
import { z } from 'zod'
import { intakeList, intakeView } from '../api/contract/records.ts'
import { sourceCode } from '../api/contract/software.ts'
import type { Answer } from './answers.ts'
import { codeArgument, type Group } from './commands.ts'
import { EXIT, Stop, wrongUsage, type ExitCode } from './exit-codes.ts'
import { assertReadable } from './files.ts'
import { showCount, showInstant, type Sentence } from './language.ts'
import type { Session } from './session.ts'
import { showFacts, showTable } from './tables.ts'
import { showBar, tenth, type Terminal } from './terminal.ts'

type Intake = z.infer<typeof intakeView>

const LOOK_AGAIN_AFTER_MS = 500
const CONVERTED_WITHIN_MS = 12 * 3_600_000
const STATES = {
  converting: { vi: 'đang chuyển đổi', en: 'converting' },
  parked: { vi: 'chờ xử lý', en: 'parked' },
  converted: { vi: 'đã chuyển đổi', en: 'converted' },
} as const satisfies Record<Intake['state'], Sentence>

export function recordCommands(root: Group): void {
  const intake = root.group('intake', { vi: 'nộp hồ sơ', en: 'records handed in' })
  intake.command({
    usage: 'upload <code> <file>',
    says: { vi: 'nộp hồ sơ (CSV, dung lượng bất kỳ)', en: 'hand in records (CSV of any size)' },
    options: [
      ['--source <code>', { vi: 'mã hệ thống nguồn', en: 'code of the source system' }, 'required'],
      ['--no-wait', { vi: 'không chờ chuyển đổi', en: 'do not wait for the conversion' }],
    ],
    given: z.object({
      code: codeArgument,
      file: z.string(),
      source: z.string().toUpperCase().pipe(sourceCode),
      wait: z.boolean().default(true),
    }),
    act: uploadIntake,
  })
  intake.command({
    usage: 'show <intakeId>',
    says: { vi: 'kết quả một lần nộp', en: 'what became of an intake' },
    given: z.object({ intakeId: z.uuid() }),
    async act(session, { intakeId }) {
      const found = await session.api.get(intakeView, `/intakes/${intakeId}`)
      session.show(found, (value) => describeIntake(value, session.terminal))
      return EXIT.done
    },
  })
  intake.command({
    usage: 'list <code>',
    says: { vi: 'các lần nộp của một cơ quan, mới nhất trước', en: 'a body’s intakes, newest first' },
    given: z.object({ code: codeArgument }),
    async act(session, { code }) {
      session.showAll(await session.api.pages(intakeList, `/localities/${code}/intakes`), (pages) =>
        describeIntakes(
          pages.flatMap(({ intakes }) => intakes),
          session.terminal,
        ),
      )
      return EXIT.done
    },
  })
  intake.command({
    usage: 'rejects <intakeId>',
    says: {
      vi: 'tải các dòng bị từ chối; sửa xong có thể nộp lại nguyên tệp',
      en: 'fetch the rejected lines; corrected, the file can be uploaded as it is',
    },
    options: [
      ['--output <file>', { vi: 'tệp kết quả', en: 'the file to write' }, 'required'],
      ['--overwrite', { vi: 'ghi đè tệp đã có', en: 'write over a file that is there' }],
    ],
    given: z.object({ intakeId: z.uuid(), output: z.string(), overwrite: z.boolean().default(false) }),
    act: fetchRejects,
  })
}

async function uploadIntake(
  session: Session,
  given: { readonly code: string; readonly file: string; readonly source: string; readonly wait: boolean },
): Promise<ExitCode> {
  const { api, terminal, json } = session
  const { code, file, source } = given
  await assertReadable(file)
  const progress = terminal.progress()
  const sending = terminal.pick({ vi: 'Đang gửi', en: 'Sending' })
  const received = await api
    .upload(
      intakeView,
      `/localities/${code}/intakes?source=${encodeURIComponent(source)}`,
      file,
      (sent, total) => progress.show(`sending ${tenth(sent, total)}`, `${sending} ${showBar(sent, total)}`),
    )
    .finally(progress.end)
  const { intakeId } = received.value
  if (received.status === 200)
    terminal.say({
      vi: `Tệp này đã được nộp trước đây: lần nộp ${intakeId}.`,
      en: `These bytes were handed in before: intake ${intakeId}.`,
    })
  else terminal.say({ vi: `Đã nhận đủ: lần nộp ${intakeId}.`, en: `Every byte is kept: intake ${intakeId}.` })
  const last = given.wait ? await waitForConversion(session, received) : received
  session.show(last, (value) => describeIntake(value, terminal))
  const { state, rejected } = last.value
  if (state === 'parked')
    terminal.say({
      vi: 'Việc chuyển đổi đang chờ quyết định của người vận hành: dongbo attention',
      en: 'The conversion waits for an operator’s decision: dongbo attention',
    })
  if (rejected > 0 && !json)
    terminal.say({
      vi: `Tải các dòng bị từ chối: dongbo intake rejects ${intakeId} --output TỆP`,
      en: `Fetch the rejected lines: dongbo intake rejects ${intakeId} --output FILE`,
    })
  return rejected > 0 || state === 'parked' ? EXIT.partly : EXIT.done
}

/** Looks until every line is accepted, unchanged or rejected, or until the process waits for somebody. */
async function waitForConversion(
  { api, terminal }: Session,
  received: Answer<Intake>,
): Promise<Answer<Intake>> {
  const { intakeId } = received.value
  const progress = terminal.progress()
  const converting = terminal.pick({ vi: 'Đang chuyển đổi', en: 'Converting' })
  const deadline = performance.now() + CONVERTED_WITHIN_MS
  try {
    for (let seen = received; ; seen = await api.get(intakeView, `/intakes/${intakeId}`)) {
      const { rows, staged, state } = seen.value
      progress.show(
        `converting ${tenth(rows - staged, rows)}`,
        `${converting} ${showBar(rows - staged, rows)}`,
      )
      if (state !== 'converting') return seen
      if (performance.now() > deadline)
        throw new Stop(EXIT.noAnswer, {
          vi: `Chưa chuyển đổi xong; hãy hỏi lại: dongbo intake show ${intakeId}`,
          en: `It is still being converted; ask again: dongbo intake show ${intakeId}`,
        })
      await pause(LOOK_AGAIN_AFTER_MS)
    }
  } finally {
    progress.end()
  }
}

const describeIntake = (intake: Intake, { pick, language }: Terminal): string =>
  showFacts([
    [pick({ vi: 'Lần nộp', en: 'Intake' }), intake.intakeId],
    [pick({ vi: 'Cơ quan', en: 'Body' }), intake.localityCode],
    [pick({ vi: 'Nguồn', en: 'Source' }), intake.source],
    [pick({ vi: 'Trạng thái', en: 'State' }), pick(STATES[intake.state])],
    [pick({ vi: 'Nhận lúc', en: 'Received' }), showInstant(intake.receivedAt)],
    [pick({ vi: 'Số dòng', en: 'Rows' }), showCount(intake.rows, language)],
    [pick({ vi: 'Còn chờ', en: 'Staged' }), showCount(intake.staged, language)],
    [pick({ vi: 'Chấp nhận', en: 'Accepted' }), showCount(intake.accepted, language)],
    [pick({ vi: 'Không đổi', en: 'Unchanged' }), showCount(intake.unchanged, language)],
    [pick({ vi: 'Từ chối', en: 'Rejected' }), showCount(intake.rejected, language)],
    [pick({ vi: 'Cảnh báo', en: 'Warnings' }), showCount(intake.warnings, language)],
  ])

function describeIntakes(intakes: readonly Intake[], { pick, language }: Terminal): string {
  const count = (title: Sentence, of: (intake: Intake) => number) => ({
    title: pick(title),
    cell: (intake: Intake) => showCount(of(intake), language),
    align: 'right' as const,
  })
  return showTable(
    [
      { title: pick({ vi: 'Lần nộp', en: 'Intake' }), cell: ({ intakeId }) => intakeId },
      { title: pick({ vi: 'Nguồn', en: 'Source' }), cell: ({ source }) => source },
      { title: pick({ vi: 'Trạng thái', en: 'State' }), cell: ({ state }) => pick(STATES[state]) },
      { title: pick({ vi: 'Nhận lúc', en: 'Received' }), cell: ({ receivedAt }) => showInstant(receivedAt) },
      count({ vi: 'Số dòng', en: 'Rows' }, ({ rows }) => rows),
      count({ vi: 'Chấp nhận', en: 'Accepted' }, ({ accepted }) => accepted),
      count({ vi: 'Không đổi', en: 'Unchanged' }, ({ unchanged }) => unchanged),
      count({ vi: 'Từ chối', en: 'Rejected' }, ({ rejected }) => rejected),
      count({ vi: 'Cảnh báo', en: 'Warnings' }, ({ warnings }) => warnings),
    ],
    intakes,
  )
}

/** The file is there whole or not at all, readable by its owner only: it holds people. */
async function fetchRejects(
  { api, terminal }: Session,
  {
    intakeId,
    output,
    overwrite,
  }: { readonly intakeId: string; readonly output: string; readonly overwrite: boolean },
): Promise<ExitCode> {
  const isThere = await stat(output).then(
    () => true,
    () => false,
  )
  // Somebody may have spent hours on correcting it.
  if (isThere && !overwrite)
    throw wrongUsage({
      vi: `${output} đã có; hãy chọn tên khác hoặc thêm --overwrite.`,
      en: `${output} is there already; choose another name or add --overwrite.`,
    })
  const bytes = await api.download(`/intakes/${intakeId}/rejects`)
  const own = `${output}.${process.pid}.partial`
  try {
    await pipeline(bytes, createWriteStream(own, { mode: 0o600 }))
    await rename(own, output)
  } finally {
    await rm(own, { force: true })
  }
  terminal.say({ vi: `Đã ghi ${output}.`, en: `${output} is written.` })
  return EXIT.done
}
