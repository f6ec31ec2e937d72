import { z } from 'zod'
import { clockView, speedBody } from '../api/contract/clock.ts'
import { check, type Group } from './commands.ts'
import { EXIT } from './exit-codes.ts'
import { showInstant, type Sentence } from './language.ts'
import { showFacts } from './tables.ts'
import type { Terminal } from './terminal.ts'

type Clock = z.infer<typeof clockView>

const MODES = {
  live: { vi: 'thật', en: 'live' },
  rehearsal: { vi: 'diễn tập', en: 'rehearsal' },
} as const satisfies Record<Clock['mode'], Sentence>
const STANDINGS = {
  running: { vi: 'đang chạy', en: 'running' },
  paused: { vi: 'tạm dừng', en: 'paused' },
  held: { vi: 'đợi việc đến hạn', en: 'held by what is due' },
} as const satisfies Record<Clock['standing'], Sentence>
const STEPS = [
  ['pause', { vi: 'dừng đồng hồ diễn tập', en: 'stop a rehearsal’s clock' }],
  ['resume', { vi: 'cho đồng hồ diễn tập chạy tiếp', en: 'let a rehearsal’s clock go on' }],
] as const

export function clockCommands(root: Group): void {
  const clock = root.group('clock', { vi: 'đồng hồ chiến dịch', en: 'the campaign’s clock' })
  clock.command({
    usage: 'show',
    isDefault: true,
    says: { vi: 'giờ của chiến dịch', en: 'what time it is in the campaign' },
    given: z.unknown(),
    async act(session) {
      session.show(await session.api.get(clockView, '/clock'), (value) =>
        describeClock(value, session.terminal),
      )
      return EXIT.done
    },
  })
  for (const [step, says] of STEPS)
    clock.command({
      usage: step,
      says,
      given: z.unknown(),
      async act(session) {
        const answer = await session.api.post(clockView, `/clock/${step}`)
        session.show(answer, (value) => describeClock(value, session.terminal))
        return EXIT.done
      },
    })
  clock.command({
    usage: 'speed <daysPerSecond>',
    says: { vi: 'số ngày chiến dịch trong một giây thật', en: 'campaign days in a real second' },
    given: z.object({ daysPerSecond: z.coerce.number() }),
    async act(session, given) {
      const body = check(speedBody, given, session.terminal.language)
      session.show(await session.api.post(clockView, '/clock/speed', body), (value) =>
        describeClock(value, session.terminal),
      )
      return EXIT.done
    },
  })
}

function describeClock(
  { mode, now, daysPerSecond, standing, owed, holds }: Clock,
  { pick }: Terminal,
): string {
  const waits = [...owed, ...holds.map(({ name, clearUntil }) => `${name} (${showInstant(clearUntil)})`)]
  return showFacts([
    [pick({ vi: 'Giờ', en: 'Now' }), showInstant(now)],
    [pick({ vi: 'Chế độ', en: 'Mode' }), pick(MODES[mode])],
    [pick({ vi: 'Đồng hồ', en: 'Clock' }), pick(STANDINGS[standing])],
    ...(daysPerSecond === null
      ? []
      : ([[pick({ vi: 'Ngày mỗi giây', en: 'Days per second' }), String(daysPerSecond)]] as const)),
    ...(waits.length === 0 ? [] : ([[pick({ vi: 'Đợi', en: 'Waits for' }), waits.join(', ')]] as const)),
  ])
}
