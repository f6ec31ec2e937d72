import type { FastifyInstance } from 'fastify'
import { citizen, lookUpRequest } from '../gateways/population-database/contract.ts'
import type { Journal } from './journal.ts'
import type { Person } from './people.ts'

/** Stands in for the National Population Database: the truth about invented people, and a journal of who asked. */
export async function populationDatabase(
  app: FastifyInstance,
  { journal, secret }: { readonly journal: Journal; readonly secret: string },
): Promise<void> {
  app.addHook('onRequest', async (request, reply) => {
    if (request.headers.authorization !== `Bearer ${secret}`)
      await reply.code(401).send({ error: 'unknown credential' })
  })
  app.post('/v1/look-ups', { bodyLimit: 4 * 1_048_576 }, async (request) => {
    const { requestId, agencyCode, officerCode, people } = lookUpRequest.parse(request.body)
    await journal`insert into look_ups values (${requestId}, ${agencyCode}, ${officerCode}, ${people.length}) on conflict do nothing`
    const ids = people.map(({ personalId }) => personalId)
    const rows =
      await journal`select personal_id, full_name as "fullName", birth_date as "birthDate", gender, status
      from population where personal_id = any(${ids})`
    const known = new Map(rows.map(({ personal_id: id, ...rest }) => [String(id), citizen.parse(rest)]))
    return {
      requestId,
      answers: people.map(({ reference, personalId }) => ({
        reference,
        citizen: known.get(personalId) ?? null,
      })),
    }
  })
}

/** Makes people known to the register. */
export async function enterPeople(journal: Journal, people: readonly Person[]): Promise<void> {
  const rows = people.map(({ personalId, fullName, birthDate, gender, status }) => ({
    personal_id: personalId,
    full_name: fullName,
    birth_date: birthDate,
    gender,
    status,
  }))
  for (let at = 0; at < rows.length; at += 5_000)
    await journal`insert into population select * from json_to_recordset(${JSON.stringify(rows.slice(at, at + 5_000))}::text::json)
      as x (personal_id text, full_name text, birth_date text, gender text, status text) on conflict do nothing`
}
