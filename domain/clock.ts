/**
 * Campaign time as a mapping of real time: `anchorCampaignMs + (real − anchorRealMs) × speed`, and never past `untilMs`. A
 * live installation is the identity. While the speed is 0 the clock is paused or held.
 */
export interface Clock {
  readonly mode: 'live' | 'rehearsal'
  readonly anchorRealMs: number
  readonly anchorCampaignMs: number
  /** Campaign milliseconds per real millisecond. */
  readonly speed: number
  /** The next instant at which something is due: a rehearsal's clock stands there until it is done. */
  readonly untilMs?: number | undefined
  /** What the speed came to lately, holds included: for planning when to look again, never for knowing the time. */
  readonly pace: number
}

export const LIVE_CLOCK: Clock = {
  mode: 'live',
  anchorRealMs: 0,
  anchorCampaignMs: 0,
  speed: 1,
  pace: 1,
}

export const toCampaign = (
  { anchorCampaignMs, anchorRealMs, speed, untilMs = Infinity }: Clock,
  realMs: number,
): number => Math.min(anchorCampaignMs + (realMs - anchorRealMs) * speed, untilMs)

const REHEARSAL_SLACK = 4
const REHEARSAL_LEAST_MS = 10_000

/**
 * How long to sleep in real time until campaign time is `campaignMs`; at least 1 ms. A rehearsal's clock stands at that
 * instant until whoever waits for it was told, so there a timer is the second line, and rather late than early.
 */
export function sleepUntil(clock: Clock, campaignMs: number, realMs: number): number {
  const missing = campaignMs - toCampaign(clock, realMs)
  if (clock.mode === 'live') return Math.max(1, Math.ceil(missing))
  const estimateMs = (missing / Math.max(clock.pace, Number.EPSILON)) * REHEARSAL_SLACK
  return Math.max(REHEARSAL_LEAST_MS, Math.ceil(estimateMs))
}
