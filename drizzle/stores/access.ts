import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import { and, eq, gt, isNull, lte, or, sql } from 'drizzle-orm'
import type { Grant, Role } from '../../domain/access.ts'
import { ROLES } from '../../domain/access.ts'
import type { Database } from '../client.ts'
import { accounts, apiCredentials, grants } from '../schema/access.ts'
import { createAttemptStore } from './access-attempts.ts'

/** scrypt's cost for generated passwords of 120 bits; kept beside each hash, so that it can rise. */
const PASSWORD_COST = 4_096
const deriveKey = promisify<string, Uint8Array, number, { N: number }, Buffer>(scrypt)

export interface NewAccount {
  readonly name: string
  readonly password: string
  readonly role: Role
  readonly localityCode: string | null
  readonly documentNo: string
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const isRole = (value: string): value is Role => ROLES.some((role) => role === value)

/** Who is who, and who holds which role. Roles come from here and never from a token. */
export function createAccessStore(db: Database) {
  const attempts = createAttemptStore(db)
  return {
    /** The roles that somebody holds now; none once their account has ended, whatever token or session they still have. */
    async readGrants(subject: string): Promise<readonly Grant[]> {
      const rows = await db
        .select({ role: grants.role, localityCode: grants.localityCode })
        .from(grants)
        // A body's software has no account.
        .leftJoin(accounts, eq(accounts.subject, grants.subject))
        .where(
          and(
            eq(grants.subject, subject),
            isNull(accounts.endedAt),
            lte(grants.validFrom, sql`now()`),
            or(isNull(grants.validTo), gt(grants.validTo, sql`now()`)),
          ),
        )
      return rows.flatMap(({ role, localityCode }) => (isRole(role) ? [{ role, localityCode }] : []))
    },

    /**
     * The subject of an account, or null; takes as long for an unknown name as for a wrong password.
     * @throws Refusal `too-many-log-ins` after too many wrong ones under that name
     */
    async checkPassword(name: string, password: string): Promise<string | null> {
      await attempts.count(name)
      const [found] = await db
        .select()
        .from(accounts)
        .where(and(eq(accounts.name, name), isNull(accounts.endedAt)))
      const salt = found?.passwordSalt ?? new Uint8Array(16)
      const hash = await deriveKey(password, salt, 32, { N: found?.cost ?? PASSWORD_COST })
      if (found === undefined || !timingSafeEqual(hash, found.passwordHash)) {
        await attempts.forget()
        return null
      }
      await attempts.clear(name)
      return found.subject
    },

    /** The subject of an account, whatever its password. */
    findAccount: async (name: string): Promise<string | null> =>
      (
        await db
          .select({ subject: accounts.subject })
          .from(accounts)
          .where(and(eq(accounts.name, name), isNull(accounts.endedAt)))
      )[0]?.subject ?? null,

    /** The subject that a locality's software acts as, or null. */
    async findCredential(credentialId: string, secretSha256: Uint8Array): Promise<string | null> {
      if (!UUID.test(credentialId)) return null
      const [found] = await db
        .select({ subject: apiCredentials.subject, hash: apiCredentials.secretSha256 })
        .from(apiCredentials)
        .where(and(eq(apiCredentials.credentialId, credentialId), isNull(apiCredentials.cancelledAt)))
      if (found === undefined) return null
      return timingSafeEqual(found.hash, secretSha256) ? found.subject : null
    },

    /** Makes log-ins with one grant each. For a rehearsal's first start; a live installation has a provider for this. */
    async createAccounts(newAccounts: readonly NewAccount[]): Promise<void> {
      const prepared = await Promise.all(
        newAccounts.map(async ({ password, ...account }) => {
          const passwordSalt = randomBytes(16)
          return {
            ...account,
            passwordSalt,
            passwordHash: await deriveKey(password, passwordSalt, 32, { N: PASSWORD_COST }),
          }
        }),
      )
      await db.transaction(async (tx) => {
        for (const { name, passwordSalt, passwordHash, role, localityCode, documentNo } of prepared) {
          const [created] = await tx
            .insert(accounts)
            .values({ name, passwordSalt, passwordHash, cost: PASSWORD_COST })
            .onConflictDoNothing()
            .returning({ subject: accounts.subject })
          if (created === undefined) continue
          await tx.insert(grants).values({ subject: created.subject, role, localityCode, documentNo })
        }
      })
    },

    /** The name by which somebody logs in; null for who has no account. */
    readName: async (subject: string): Promise<string | null> =>
      (await db.select({ name: accounts.name }).from(accounts).where(eq(accounts.subject, subject)))[0]
        ?.name ?? null,

    readAccountNames: async (): Promise<readonly string[]> =>
      (await db.select({ name: accounts.name }).from(accounts).where(isNull(accounts.endedAt))).map(
        ({ name }) => name,
      ),
  }
}
export type AccessStore = ReturnType<typeof createAccessStore>
