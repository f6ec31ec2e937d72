/**
 * Campaign time as a mapping of real time: `anchorCampaignMs + (real − anchorRealMs) × speed`. A live installation is the
 * identity. While the speed is 0 the clock is paused or held.
 */
export interface Clock {
  readonly mode: 'live' | 'rehearsal'
  readonly anchorRealMs: number
  readonly anchorCampaignMs: number
  /** Campaign milliseconds per real millisecond. */
  readonly speed: number
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

export const toCampaign = (clock: Clock, realMs: number): number =>
  clock.anchorCampaignMs + (realMs - clock.anchorRealMs) * clock.speed

/** How long to sleep in real time until campaign time is about `campaignMs`; at least 1 ms. */
export function sleepUntil(clock: Clock, campaignMs: number, realMs: number): number {
  const missing = campaignMs - toCampaign(clock, realMs)
  return Math.max(1, Math.ceil(missing / Math.max(clock.pace, Number.EPSILON)))
}
