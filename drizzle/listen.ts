import postgres from 'postgres'

/** Told with the text of a notification, and without one after each (re)connection, when any may have been missed. */
export type Heard = (text?: string) => void

/** Hears notifications on a connection of its own, which comes back by itself. */
export async function listen(
  url: string,
  channels: Readonly<Record<string, Heard>>,
): Promise<{ readonly close: () => Promise<void> }> {
  const sql = postgres(url, { max: 1, onnotice: () => {} })
  for (const [channel, heard] of Object.entries(channels)) await sql.listen(channel, heard, () => heard())
  return { close: () => sql.end({ timeout: 1 }) }
}

/** The channel on which tables say that rows of theirs changed. */
export const CHANGES = 'changes'
export interface Change {
  readonly table: string
  /** Null where the rows do not say. */
  readonly campaignId: string | null
  readonly localityCodes: readonly string[] | null
}

/** What `announce_change` of the migrations wrote. */
export function readChange(text: string): Change {
  const [table = '', campaignId = '-', codes = '-'] = text.split(' ')
  return {
    table,
    campaignId: campaignId === '-' ? null : campaignId,
    localityCodes: codes === '-' ? null : codes.split(','),
  }
}
