import { and, asc, desc, eq, isNull } from 'drizzle-orm'
import { covers, type Scope } from '../../domain/access.ts'
import { Refusal } from '../../domain/errors.ts'
import type { Database } from '../client.ts'
import { violates } from '../constraints.ts'
import type { Keyring } from '../keyring.ts'
import { keyAdministrators, softwareAssessments, softwareChoices, sourceSystems } from '../schema/software.ts'
import { appendAudit } from './audit.ts'

export interface NewSource {
  readonly localityCode: string
  readonly code: string
  readonly name: string
  readonly vendor: string
  readonly predecessorCode: string
  readonly actor: string
  readonly occurredMs: number
}
export interface NewAssessment {
  readonly assessmentId: string
  readonly sourceId: number
  readonly localityCode: string
  readonly criteriaVersion: string
  readonly findings: Readonly<Record<string, boolean>>
  readonly passed: boolean
  readonly actor: string
  readonly occurredMs: number
}
export interface NewChoice {
  readonly campaignId: string
  readonly localityCode: string
  readonly sourceId: number
  readonly scenario: string
  readonly actor: string
  readonly occurredMs: number
}
export interface NewAdministrator {
  readonly administratorId: string
  readonly localityCode: string
  readonly fullName: string
  readonly contact: string
  readonly actor: string
  readonly occurredMs: number
}

/** What a body keeps its records in, and which of it it chose. */
export function createSoftwareStore(db: Database, keyring: Keyring) {
  return {
    readSources: (scope: Scope, localityCode: string) =>
      covers(scope, localityCode)
        ? db
            .select()
            .from(sourceSystems)
            .where(eq(sourceSystems.localityCode, localityCode))
            .orderBy(asc(sourceSystems.code))
        : Promise.resolve([]),

    /** A source system of the body by its code, or null. */
    findSource: async (scope: Scope, localityCode: string, code: string) =>
      covers(scope, localityCode)
        ? ((
            await db
              .select()
              .from(sourceSystems)
              .where(and(eq(sourceSystems.localityCode, localityCode), eq(sourceSystems.code, code)))
          )[0] ?? null)
        : null,

    /** Registers a source system; the same code again answers the first one. */
    register: (input: NewSource) =>
      db.transaction(async (tx) => {
        const { actor, occurredMs, ...source } = input
        const [created] = await tx
          .insert(sourceSystems)
          .values({ ...source, registeredBy: actor })
          .onConflictDoNothing()
          .returning()
        if (created === undefined) {
          const [known] = await tx
            .select()
            .from(sourceSystems)
            .where(
              and(eq(sourceSystems.code, input.code), eq(sourceSystems.localityCode, input.localityCode)),
            )
          // Another body's code: say no more than that it can not be had.
          if (known === undefined) throw new Refusal('unknown-source')
          return known
        }
        await appendAudit(tx, {
          scope: input.localityCode,
          actor,
          action: 'source-system.register',
          subject: input.code,
          occurredMs,
        })
        return created
      }),

    assess: (input: NewAssessment) =>
      db.transaction(async (tx) => {
        const { actor, occurredMs, ...assessment } = input
        const [created] = await tx
          .insert(softwareAssessments)
          .values({ ...assessment, assessedBy: actor, occurredAt: occurredMs })
          .onConflictDoNothing()
          .returning({ id: softwareAssessments.assessmentId })
        if (created === undefined) return
        const { localityCode, assessmentId, passed, criteriaVersion } = input
        await appendAudit(tx, {
          scope: localityCode,
          actor,
          action: 'software.assess',
          subject: assessmentId,
          detail: { sourceId: input.sourceId, passed, criteriaVersion },
          occurredMs,
        })
      }),

    readNewestAssessment: async (sourceId: number) =>
      (
        await db
          .select()
          .from(softwareAssessments)
          .where(eq(softwareAssessments.sourceId, sourceId))
          .orderBy(desc(softwareAssessments.recordedAt))
          .limit(1)
      )[0] ?? null,

    /** One choice per body and campaign; a later one takes the place of the earlier. */
    choose: (input: NewChoice) =>
      db.transaction(async (tx) => {
        const { actor, occurredMs, ...choice } = input
        const row = { ...choice, chosenBy: actor, occurredAt: occurredMs }
        await tx
          .insert(softwareChoices)
          .values(row)
          .onConflictDoUpdate({
            target: [softwareChoices.campaignId, softwareChoices.localityCode],
            set: { sourceId: row.sourceId, scenario: row.scenario, chosenBy: actor, occurredAt: occurredMs },
          })
        await appendAudit(tx, {
          scope: input.localityCode,
          actor,
          action: 'software.choose',
          subject: String(input.sourceId),
          detail: { campaignId: input.campaignId, scenario: input.scenario },
          occurredMs,
        })
      }),

    readChoice: async (campaignId: string, localityCode: string) =>
      (
        await db
          .select()
          .from(softwareChoices)
          .where(
            and(eq(softwareChoices.campaignId, campaignId), eq(softwareChoices.localityCode, localityCode)),
          )
      )[0] ?? null,

    /** Names a contact for the body's key; name and contact are sealed. */
    nameAdministrator: (input: NewAdministrator) =>
      db.transaction(async (tx) => {
        const { administratorId, localityCode, fullName, contact, actor, occurredMs } = input
        const personal = keyring.seal(
          `key_administrators|${administratorId}`,
          Buffer.from(JSON.stringify({ fullName, contact })),
        )
        const [created] = await tx
          .insert(keyAdministrators)
          .values({ administratorId, localityCode, personal, namedBy: actor, occurredAt: occurredMs })
          .onConflictDoNothing()
          .returning({ id: keyAdministrators.administratorId })
          .catch((error: unknown) => {
            if (violates(error, 'key_administrators_locality_code_localities_locality_code_fk'))
              throw new Refusal('not-found')
            throw error
          })
        if (created === undefined) return
        await appendAudit(tx, {
          scope: localityCode,
          actor,
          action: 'key-administrator.name',
          subject: administratorId,
          occurredMs,
        })
      }),

    countAdministrators: async (localityCode: string) =>
      (
        await db
          .select({ id: keyAdministrators.administratorId })
          .from(keyAdministrators)
          .where(and(eq(keyAdministrators.localityCode, localityCode), isNull(keyAdministrators.endedAt)))
      ).length,
  }
}
export type SoftwareStore = ReturnType<typeof createSoftwareStore>
