import { Command } from 'commander'
import { accessCommands } from './access.ts'
import { attentionCommands } from './attention.ts'
import { campaignCommands } from './campaigns.ts'
import { clockCommands } from './clock.ts'
import { createGroup } from './commands.ts'
import { EXIT, type ExitCode } from './exit-codes.ts'
import { explainFailure } from './failures.ts'
import { languageOf, plain, type Language } from './language.ts'
import { localityCommands } from './localities.ts'
import { matchingCommands } from './matching.ts'
import { recordCommands } from './records.ts'
import { retryCommands } from './retries.ts'
import { sandboxCommands } from './sandbox.ts'
import { signingCommands } from './signing.ts'
import { syncWindowCommands } from './sync-windows.ts'
import type { Io } from './terminal.ts'
import { unitCommands } from './units.ts'
import { exitCodesHelp, helpTitle } from './usage.ts'
import { verificationCommands } from './verifications.ts'

/** Does what one command line orders and answers with its exit code; nothing but `io` is touched, and nothing is thrown. */
export async function runCommandLine(argv: readonly string[], io: Io): Promise<ExitCode> {
  const language = languageOf(argv, io.environment)
  let code: ExitCode = EXIT.done
  let key: string | null = null
  const program = createProgram(io, language)
  const root = createGroup(program, {
    io,
    language,
    onKey: (used) => {
      key = used
    },
    finish: (found) => {
      code = found
    },
  })
  for (const addCommands of [
    accessCommands,
    campaignCommands,
    localityCommands,
    unitCommands,
    recordCommands,
    signingCommands,
    syncWindowCommands,
    retryCommands,
    matchingCommands,
    attentionCommands,
    verificationCommands,
    clockCommands,
    sandboxCommands,
  ])
    addCommands(root)
  try {
    await program.parseAsync(argv, { from: 'user' })
    return code
  } catch (error) {
    const { code: failed, says, json } = explainFailure(error, { argv, key })
    if (json !== null && argv.includes('--json')) io.stdout.write(`${json.trimEnd()}\n`)
    if (says !== null) io.stderr.write(`${plain(says[language])}\n`)
    return failed
  }
}

function createProgram(io: Io, language: Language): Command {
  const pick = (vi: string, en: string) => (language === 'vi' ? vi : en)
  return new Command('dongbo')
    .description(
      pick(
        'Đồng bộ: điều hành chiến dịch cập nhật Cơ sở dữ liệu quốc gia về cán bộ, công chức, viên chức.',
        'Dongbo: steers the campaign that brings the National Database on cadres, civil servants and public employees in order.',
      ),
    )
    .option('--json', pick('in đúng JSON của API ra stdout', 'print exactly the API’s JSON on stdout'))
    .option('--language <vi|en>', pick('ngôn ngữ (mặc định theo LANG)', 'language (by default that of LANG)'))
    .option(
      '--as <name>',
      pick('khi diễn tập: dùng tài khoản này', 'in a rehearsal: use the log-in of this name'),
    )
    .option(
      '--key <key>',
      pick(
        'Idempotency-Key: lặp lại một lệnh chưa rõ kết quả',
        'Idempotency-Key: repeats a command whose outcome is unknown',
      ),
    )
    .option(
      '--patience <seconds>',
      pick('hỏi lại trong bao lâu khi không có trả lời (20)', 'how long to ask again without an answer (20)'),
    )
    .helpOption('-h, --help', pick('hướng dẫn', 'show help'))
    .helpCommand(false)
    .configureHelp({ showGlobalOptions: true, styleTitle: (title) => helpTitle(title, language) })
    .configureOutput({
      writeOut: (text) => void io.stdout.write(text),
      writeErr: (text) => void io.stderr.write(text),
      outputError: () => {},
      getOutHelpWidth: () => io.stdout.columns ?? 100,
      getErrHelpWidth: () => io.stderr.columns ?? 100,
    })
    .addHelpText('afterAll', `\n${exitCodesHelp(language)}\n`)
    .exitOverride()
}
