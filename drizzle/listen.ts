import postgres from 'postgres'

/** Hears notifications on a connection of its own, which comes back by itself; `heard` also runs after each reconnect. */
export async function listen(
  url: string,
  channels: Readonly<Record<string, () => void>>,
): Promise<{ readonly close: () => Promise<void> }> {
  const sql = postgres(url, { max: 1, onnotice: () => {} })
  for (const [channel, heard] of Object.entries(channels)) await sql.listen(channel, heard, heard)
  return { close: () => sql.end({ timeout: 1 }) }
}
