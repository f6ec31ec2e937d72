import { and, desc, eq, lt, sql } from 'drizzle-orm'
import type { Scope } from '../../domain/access.ts'
import type { Database, Executor } from '../client.ts'
import { auditEntries } from '../schema/audit.ts'

export interface AuditEntry {
  /** A body's code, or `national`. */
  readonly scope: string
  /** Null where a process acted by itself. */
  readonly actor: string | null
  readonly action: string
  /** The id of what was changed. */
  readonly subject: string
  /** Codes, ids and counts; never anything personal. */
  readonly detail?: Readonly<Record<string, unknown>>
  readonly occurredMs?: number
}

/** Adds an entry to its scope's chain. Call it in the change's transaction, as the last statement before commit. */
export async function appendAudit(tx: Executor, entry: AuditEntry): Promise<void> {
  const occurredAt = entry.occurredMs === undefined ? null : new Date(entry.occurredMs).toISOString()
  await tx.execute(
    sql`select audit_append(${entry.scope}, ${entry.actor}::uuid, ${entry.action}, ${entry.subject},
      ${JSON.stringify(entry.detail ?? {})}::text::jsonb, ${occurredAt}::timestamptz)`,
  )
}

export function createAuditStore(db: Database) {
  return {
    /** One scope's entries, newest first. */
    readEntries: (
      scope: Scope,
      page: { readonly of: string; readonly before: number | null; readonly limit: number },
    ) =>
      scope !== 'national' && !scope.includes(page.of)
        ? Promise.resolve([])
        : db
            .select({
              scope: auditEntries.scope,
              sequence: auditEntries.sequence,
              recordedAt: auditEntries.recordedAt,
              occurredAt: auditEntries.occurredAt,
              actor: auditEntries.actor,
              action: auditEntries.action,
              subject: auditEntries.subject,
              detail: auditEntries.detail,
            })
            .from(auditEntries)
            .where(
              and(
                eq(auditEntries.scope, page.of),
                page.before === null ? undefined : lt(auditEntries.sequence, page.before),
              ),
            )
            .orderBy(desc(auditEntries.sequence))
            .limit(page.limit),
  }
}
export type AuditStore = ReturnType<typeof createAuditStore>
