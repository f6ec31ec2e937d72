import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { tokenView, whoView } from '../api/contract/access.ts'
import { forgetLogIn, keepLogIn, readRehearsalPassword } from './access-kept.ts'
import { EXIT, wrongUsage } from './exit-codes.ts'
import type { Group } from './commands.ts'
import type { Session } from './session.ts'
import { firstLine } from './terminal.ts'

export function accessCommands(root: Group): void {
  root.command({
    usage: 'log-in',
    says: {
      vi: 'đăng nhập; mật khẩu được hỏi, hoặc đọc từ tệp hay stdin, không bao giờ là tham số',
      en: 'log in; the password is asked for, or read from a file or stdin, never an argument',
    },
    options: [
      ['--name <name>', { vi: 'tên tài khoản', en: 'name of the account' }],
      [
        '--password-file <file>',
        { vi: 'tệp có mật khẩu ở dòng đầu', en: 'file whose first line is the password' },
      ],
    ],
    given: z.object({ name: z.string().min(1).optional(), passwordFile: z.string().optional() }),
    act: logIn,
  })
  root.command({
    usage: 'log-out',
    says: { vi: 'quên đăng nhập trên máy này', en: 'forget the log-in on this machine' },
    given: z.unknown(),
    async act({ io, api, terminal }) {
      const name = await forgetLogIn(io.environment, api.apiUrl)
      terminal.say(
        name === null
          ? { vi: 'Không có đăng nhập nào.', en: 'There was no log-in.' }
          : { vi: `Đã quên đăng nhập của ${name}.`, en: `The log-in of ${name} is forgotten.` },
      )
      return EXIT.done
    },
  })
  root.command({
    usage: 'who-am-i',
    says: { vi: 'tôi là ai và có vai trò gì', en: 'who I am and which roles I hold' },
    given: z.unknown(),
    async act(session) {
      session.show(await session.api.get(whoView, '/who-am-i'), describeWho)
      return EXIT.done
    },
  })
}

async function logIn(
  session: Session,
  { name = session.as, passwordFile }: { name?: string | undefined; passwordFile?: string | undefined },
) {
  const { io, terminal, publicApi } = session
  if (name === undefined)
    throw wrongUsage({ vi: 'Hãy nêu --name hoặc --as.', en: 'Give --name, or --as in a rehearsal.' })
  const password = await findPassword(session, name, passwordFile)
  const { value } = await publicApi.post(tokenView, '/access-tokens', { name, password })
  await keepLogIn(io.environment, publicApi.apiUrl, { name, accessToken: value.accessToken })
  if (io.environment['DONGBO_TOKEN'] !== undefined)
    terminal.say({
      vi: 'Lưu ý: khi DONGBO_TOKEN còn đặt, nó được dùng thay cho đăng nhập này.',
      en: 'Note: while DONGBO_TOKEN is set, it is used instead of this log-in.',
    })
  terminal.say({ vi: `Đã đăng nhập: ${name}.`, en: `Logged in: ${name}.` })
  return EXIT.done
}

async function findPassword(
  { as, home, terminal }: Session,
  name: string,
  passwordFile: string | undefined,
): Promise<string> {
  if (passwordFile !== undefined && passwordFile !== '-')
    return firstLine(
      await readFile(passwordFile, 'utf8').catch(() => {
        throw wrongUsage({ vi: `Không đọc được ${passwordFile}.`, en: `${passwordFile} can not be read.` })
      }),
    )
  if (as === name) return readRehearsalPassword(home, name)
  return terminal.readSecret({ vi: `Mật khẩu của ${name}: `, en: `Password of ${name}: ` })
}

const describeWho = ({ subject, name, grants }: z.infer<typeof whoView>): string =>
  [
    name === null ? subject : `${name} (${subject})`,
    ...grants.map(({ role, localityCode }) => `  ${role}${localityCode === null ? '' : ` ${localityCode}`}`),
  ].join('\n')
