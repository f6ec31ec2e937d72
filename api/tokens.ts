import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { FastifyRequest } from 'fastify'
import { jwtVerify, SignJWT } from 'jose'
import { Refusal } from '../domain/errors.ts'
import type { AccessStore } from '../drizzle/stores/access.ts'
import type { Identify } from './plugins/access.ts'

const ISSUER = 'dongbo'
const LIFETIME = '12h'
/** What a locality's software presents: `dk_<credential id>_<43 characters of secret>`. */
const CREDENTIAL = /^dk_([0-9a-f-]{36})_([\w-]{43})$/

export interface Tokens {
  /** An access token that proves a subject and nothing else: roles are asked of the database at every request. */
  readonly issue: (subject: string) => Promise<string>
  readonly identify: Identify
}

/** A new signing key (EC P-256) in PEM, for an installation's first start. */
export const newTokenKey = (): string =>
  generateKeyPairSync('ec', { namedCurve: 'P-256' })
    .privateKey.export({ type: 'pkcs8', format: 'pem' })
    .toString()

export async function createTokens(keyFile: string, access: AccessStore): Promise<Tokens> {
  const privateKey = createPrivateKey(await readFile(keyFile, 'utf8'))
  const publicKey = createPublicKey(privateKey)

  async function subjectOf(token: string): Promise<string | null> {
    const credential = CREDENTIAL.exec(token)
    if (credential !== null) {
      const [, id = '', secret = ''] = credential
      return access.findCredential(id, createHash('sha256').update(secret).digest())
    }
    try {
      const { payload } = await jwtVerify(token, publicKey, {
        algorithms: ['ES256'],
        issuer: ISSUER,
        audience: ISSUER,
        typ: 'at+jwt',
        requiredClaims: ['sub', 'exp', 'iat'],
        clockTolerance: 30,
      })
      return payload.sub ?? null
    } catch {
      // Whatever is wrong with a token, the answer is the same: log in first.
      return null
    }
  }

  return {
    issue: (subject) =>
      new SignJWT()
        .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt' })
        .setSubject(subject)
        .setIssuer(ISSUER)
        .setAudience(ISSUER)
        .setIssuedAt()
        .setExpirationTime(LIFETIME)
        .sign(privateKey),
    async identify(request: FastifyRequest) {
      const [, token] = /^Bearer ([\x21-\x7e]{20,4000})$/.exec(request.headers.authorization ?? '') ?? []
      if (token === undefined) throw new Refusal('not-authenticated')
      const subject = await subjectOf(token)
      if (subject === null) return null
      const grants = await access.readGrants(subject)
      return grants.length === 0 ? null : { subject, grants }
    },
  }
}
