import { createHash, randomBytes, webcrypto } from 'node:crypto'
import { BitString, Integer, ObjectIdentifier, OctetString, Sequence, UTCTime, Utf8String } from 'asn1js'
import type { FastifyInstance } from 'fastify'
import {
  Attribute,
  AttributeTypeAndValue,
  BasicConstraints,
  Certificate,
  ContentInfo,
  EncapsulatedContentInfo,
  Extension,
  IssuerAndSerialNumber,
  SignedAndUnsignedAttributes,
  SignedData,
  SignerInfo,
  type RelativeDistinguishedNames,
} from 'pkijs'
import { signatureRequest } from '../gateways/signature-service/contract.ts'
import type { Journal } from './journal.ts'

const OID = {
  commonName: '2.5.4.3',
  organizationalUnit: '2.5.4.11',
  basicConstraints: '2.5.29.19',
  keyUsage: '2.5.29.15',
  data: '1.2.840.113549.1.7.1',
  signedData: '1.2.840.113549.1.7.2',
  contentType: '1.2.840.113549.1.9.3',
  messageDigest: '1.2.840.113549.1.9.4',
  signingTime: '1.2.840.113549.1.9.5',
  signingCertificateV2: '1.2.840.113549.1.9.16.2.47',
} as const
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256' } as const
const YEARS_20_MS = 20 * 365 * 86_400_000
const { subtle } = webcrypto

interface Holder {
  readonly certificate: Certificate
  readonly privateKey: webcrypto.CryptoKey
}
const derOf = (certificate: Certificate) => Buffer.from(certificate.toSchema(true).toBER(false))
const pemOf = (certificate: Certificate) =>
  `-----BEGIN CERTIFICATE-----\n${derOf(certificate).toString('base64').replaceAll(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`

/** Stands in for a signing service that holds one key per body, below a test authority of its own. */
export async function signatureService(
  app: FastifyInstance,
  { journal, secret }: { readonly journal: Journal; readonly secret: string },
): Promise<void> {
  const authority = await keepHolder(journal, 'authority', null, null)
  const signers = new Map<string, Promise<Holder>>()
  const signerOf = (localityCode: string) => {
    const known = signers.get(localityCode) ?? keepHolder(journal, 'signers', localityCode, authority)
    signers.set(localityCode, known)
    return known
  }
  app.addHook('onRequest', async (request, reply) => {
    if (request.headers.authorization !== `Bearer ${secret}`)
      await reply.code(401).send({ error: 'unknown credential' })
  })
  app.get('/v1/trust-anchors', () => ({ anchors: [pemOf(authority.certificate)] }))
  app.post('/v1/signatures', async (request, reply) => {
    const { localityCode, sessionId, manifest } = signatureRequest.parse(request.body)
    const manifestHash = createHash('sha256').update(manifest).digest('hex')
    const holder = await signerOf(localityCode)
    const made = await signDetached(holder, Buffer.from(manifest))
    const fingerprint = createHash('sha256').update(derOf(holder.certificate)).digest('hex')
    await journal`insert into signatures values (${sessionId}, ${made.toString('base64')}, ${fingerprint}, ${manifestHash}) on conflict do nothing`
    const [kept] =
      await journal`select cms, certificate_sha256, manifest_sha256 from signatures where session_id = ${sessionId}`
    if (kept?.['manifest_sha256'] !== manifestHash)
      return reply.code(422).send({ error: 'another manifest of this session' })
    return { cms: String(kept['cms']), certificateSha256: String(kept['certificate_sha256']) }
  })
}

/** A key and its certificate, made once and found again at the next start. */
async function keepHolder(
  journal: Journal,
  table: 'authority' | 'signers',
  localityCode: string | null,
  issuer: Holder | null,
): Promise<Holder> {
  const pair = await subtle.generateKey(ALGORITHM, true, ['sign', 'verify'])
  const fresh = await issueCertificate(pair, localityCode, issuer)
  const privateKey = Buffer.from(await subtle.exportKey('pkcs8', pair.privateKey)).toString('base64')
  const certificate = derOf(fresh).toString('base64')
  if (localityCode === null)
    await journal`insert into authority (certificate, private_key) values (${certificate}, ${privateKey}) on conflict do nothing`
  else
    await journal`insert into signers values (${localityCode}, ${certificate}, ${privateKey}) on conflict do nothing`
  const [kept] =
    localityCode === null
      ? await journal`select certificate, private_key from authority`
      : await journal`select certificate, private_key from signers where locality_code = ${localityCode}`
  if (kept === undefined) throw new Error(`no row in ${table}`)
  return {
    certificate: Certificate.fromBER(
      Uint8Array.from(Buffer.from(String(kept['certificate']), 'base64')).buffer,
    ),
    privateKey: await subtle.importKey(
      'pkcs8',
      Buffer.from(String(kept['private_key']), 'base64'),
      ALGORITHM,
      true,
      ['sign'],
    ),
  }
}

async function issueCertificate(
  pair: webcrypto.CryptoKeyPair,
  localityCode: string | null,
  issuer: Holder | null,
): Promise<Certificate> {
  const certificate = new Certificate()
  certificate.version = 2
  certificate.serialNumber = new Integer({ valueHex: Uint8Array.from([1, ...randomBytes(15)]).buffer })
  name(
    certificate.subject,
    OID.commonName,
    localityCode === null ? 'TEST authority of the rehearsal' : `TEST seal ${localityCode}`,
  )
  if (localityCode !== null) name(certificate.subject, OID.organizationalUnit, localityCode)
  certificate.issuer = issuer?.certificate.subject ?? certificate.subject
  certificate.notBefore.value = new Date(Date.now() - 86_400_000)
  certificate.notAfter.value = new Date(Date.now() + YEARS_20_MS)
  const isAuthority = issuer === null
  const constraints = new BasicConstraints({ cA: isAuthority })
  // Bits: digitalSignature and nonRepudiation for a signer, keyCertSign for the authority.
  const usage = new BitString({ valueHex: Uint8Array.of(isAuthority ? 0x04 : 0xc0).buffer })
  certificate.extensions = [
    new Extension({
      extnID: OID.basicConstraints,
      critical: true,
      extnValue: constraints.toSchema().toBER(false),
    }),
    new Extension({ extnID: OID.keyUsage, critical: true, extnValue: usage.toBER(false) }),
  ]
  await certificate.subjectPublicKeyInfo.importKey(pair.publicKey)
  await certificate.sign(issuer?.privateKey ?? pair.privateKey, 'SHA-256')
  return certificate
}

function name(names: RelativeDistinguishedNames, type: string, value: string): void {
  names.typesAndValues.push(new AttributeTypeAndValue({ type, value: new Utf8String({ value }) }))
}

const attribute = (type: string, value: ObjectIdentifier | UTCTime | OctetString | Sequence) =>
  new Attribute({ type, values: [value] })

/** A detached CMS SignedData with the signed attributes of CAdES-BES. */
async function signDetached({ certificate, privateKey }: Holder, data: Buffer): Promise<Buffer> {
  const digest = createHash('sha256').update(data).digest()
  const fingerprint = createHash('sha256').update(derOf(certificate)).digest()
  const certificateId = new Sequence({
    value: [new OctetString({ valueHex: Uint8Array.from(fingerprint).buffer })],
  })
  const signedAttrs = new SignedAndUnsignedAttributes({
    type: 0,
    attributes: [
      attribute(OID.contentType, new ObjectIdentifier({ value: OID.data })),
      attribute(OID.signingTime, new UTCTime({ valueDate: new Date() })),
      attribute(OID.messageDigest, new OctetString({ valueHex: Uint8Array.from(digest).buffer })),
      attribute(
        OID.signingCertificateV2,
        new Sequence({ value: [new Sequence({ value: [certificateId] })] }),
      ),
    ],
  })
  const sid = new IssuerAndSerialNumber({
    issuer: certificate.issuer,
    serialNumber: certificate.serialNumber,
  })
  const signed = new SignedData({
    version: 1,
    encapContentInfo: new EncapsulatedContentInfo({ eContentType: OID.data }),
    signerInfos: [new SignerInfo({ version: 1, sid, signedAttrs })],
    certificates: [certificate],
  })
  await signed.sign(privateKey, 0, 'SHA-256', Uint8Array.from(data).buffer)
  const info = new ContentInfo({ contentType: OID.signedData, content: signed.toSchema(true) })
  return Buffer.from(info.toSchema().toBER(false))
}
