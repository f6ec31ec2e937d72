import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { noticeRequest } from '../gateways/notices/contract.ts'
import type { Journal } from './journal.ts'

const journalQuery = z.object({
  localityCode: z.string().optional(),
  after: z.coerce.number().default(0),
  limit: z.coerce.number().max(5_000).default(1_000),
})

/** Stands in for the channel on which bodies receive letters: each notice once, however often it is sent. */
export async function noticeChannel(
  app: FastifyInstance,
  { journal, secret }: { readonly journal: Journal; readonly secret: string },
): Promise<void> {
  app.addHook('onRequest', async (request, reply) => {
    if (request.headers.authorization !== `Bearer ${secret}`)
      await reply.code(401).send({ error: 'unknown credential' })
  })
  app.post('/v1/notices', async (request) => {
    const notice = noticeRequest.parse(request.body)
    const [row] =
      await journal`insert into notices (notice_id, notice) values (${notice.noticeId}, ${JSON.stringify(notice)}::text::jsonb)
      on conflict (notice_id) do update set times = notices.times + 1 returning received_at`
    return { noticeId: notice.noticeId, receivedAt: new Date(String(row?.['received_at'])).toISOString() }
  })
  app.get('/v1/notices', async (request) => {
    const { localityCode = null, after, limit } = journalQuery.parse(request.query)
    const rows = await journal`select sequence::int as sequence, notice from notices
      where sequence > ${after} and (${localityCode}::text is null or notice ->> 'localityCode' = ${localityCode})
      order by sequence limit ${limit}`
    return {
      notices: rows.map(({ sequence, notice }) => ({ ...notice, sequence })),
      next: rows.length === limit ? Number(rows.at(-1)?.['sequence']) : null,
    }
  })
}
