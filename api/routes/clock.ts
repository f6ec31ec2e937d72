import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { Refusal } from '../../domain/errors.ts'
import { DAY_MS, toHanoiIso } from '../../domain/hanoi-time.ts'
import type { ClockStore } from '../../drizzle/stores/clock.ts'
import type { OwedStore } from '../../drizzle/stores/clock-owed.ts'
import { clockView, emptyBody, holdBody, holdParams, speedBody } from '../contract/clock.ts'
import { problems } from '../contract/shapes.ts'
import type { ClockControl } from '../temporal/clock.ts'

export interface ClockRoutesDeps {
  readonly clock: ClockStore
  readonly owed: OwedStore
  readonly clockControl: ClockControl
}

export const clockRoutes: FastifyPluginAsyncZod<ClockRoutesDeps> = async (
  app,
  { clock, owed, clockControl },
) => {
  async function view() {
    const [newest, nowMs, holds] = await Promise.all([
      clock.readNewestAnchor(),
      clock.now(),
      clock.readHolds(),
    ])
    const what = newest === null ? [] : [...(await owed.readOwed(nowMs))]
    const standing =
      newest === null || newest.speed > 0 || newest.cause === 'resume'
        ? 'running'
        : newest.cause === 'pause'
          ? 'paused'
          : 'held'
    return {
      mode: newest === null ? 'live' : 'rehearsal',
      now: toHanoiIso(nowMs),
      daysPerSecond: newest === null ? null : (newest.runningSpeed * 1_000) / DAY_MS,
      standing,
      owed: what,
      holds: holds.map(({ name, clearUntil }) => ({ name, clearUntil: toHanoiIso(clearUntil) })),
    } as const
  }
  async function anchorNow() {
    const newest = await clock.readNewestAnchor()
    if (newest === null) throw new Refusal('wrong-mode', { mode: 'live' })
    return newest
  }

  app.get(
    '/clock',
    {
      config: { action: 'clock.read' },
      schema: {
        tags: ['Clock'],
        summary: 'What time it is in the campaign',
        response: { 200: clockView, ...problems },
      },
    },
    view,
  )

  for (const step of ['pause', 'resume'] as const)
    app.post(
      `/clock/${step}`,
      {
        config: { action: 'clock.steer' },
        schema: {
          tags: ['Clock'],
          summary: step === 'pause' ? 'Stop a rehearsal’s clock' : 'Let a rehearsal’s clock go on',
          body: emptyBody,
          response: { 200: clockView, ...problems },
        },
      },
      async ({ actor }) => {
        const { runningSpeed } = await anchorNow()
        // Resumed, it stands until its keeper knows how far it may run, which is at once.
        await clockControl.tell(
          await clock.anchor({ speed: 0, runningSpeed, cause: step, actor: actor.subject }),
        )
        return view()
      },
    )

  app.post(
    '/clock/speed',
    {
      config: { action: 'clock.steer' },
      schema: {
        tags: ['Clock'],
        summary: 'Change how fast a rehearsal runs',
        body: speedBody,
        response: { 200: clockView, ...problems },
      },
    },
    async ({ body, actor }) => {
      const newest = await anchorNow()
      const runningSpeed = (body.daysPerSecond * DAY_MS) / 1_000
      const paused = newest.cause === 'pause'
      const speed = newest.speed === 0 ? 0 : runningSpeed
      const cause = paused ? 'pause' : speed === 0 ? 'hold' : 'speed'
      const { runsUntil: untilMs } = newest
      await clockControl.tell(
        await clock.anchor({ speed, runningSpeed, cause, untilMs, actor: actor.subject }),
      )
      return view()
    },
  )

  app.put(
    '/clock/holds/:name',
    {
      config: { action: 'clock.hold' },
      schema: {
        tags: ['Clock'],
        summary: 'Declare that something is owed up to an instant: a rehearsal’s clock does not pass it',
        params: holdParams,
        body: holdBody,
        response: { 200: clockView, ...problems },
      },
    },
    async ({ params, body }) => {
      await anchorNow()
      const clearUntilMs = Date.parse(body.clearUntil)
      await clock.putHold(params.name, clearUntilMs)
      return view()
    },
  )

  app.delete(
    '/clock/holds/:name',
    {
      config: { action: 'clock.hold' },
      schema: {
        tags: ['Clock'],
        summary: 'Take a declared hold away',
        params: holdParams,
        response: { 200: clockView, ...problems },
      },
    },
    async ({ params }) => {
      await anchorNow()
      await clock.dropHold(params.name)
      return view()
    },
  )
}
