import { Command } from 'commander'
import { z } from 'zod'
import { dayView, localityCode } from '../api/contract/shapes.ts'
import { type ExitCode, wrongUsage } from './exit-codes.ts'
import type { Language, Sentence } from './language.ts'
import { openSession, sessionOptions, type Circumstances, type Session } from './session.ts'

/** A body's code as it is typed: `h26` is `H26`. */
export const codeArgument = z.string().trim().toUpperCase().pipe(localityCode)
/** `H26,G09` */
export const codesArgument = z
  .string()
  .transform((text) => text.split(',').filter((code) => code.trim() !== ''))
  .pipe(z.array(codeArgument).min(1))
/** `20/07/2025` as officials write it, or `2025-07-20`. */
export const dayArgument = z
  .string()
  .transform((text) =>
    text.replace(
      /^(\d{1,2})\/(\d{1,2})\/(\d{4})$/,
      (_all, day: string, month: string, year: string) =>
        `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`,
    ),
  )
  .pipe(dayView)

interface Definition<Given extends z.ZodType> {
  /** Name and arguments: `show <code>`. */
  readonly usage: string
  readonly says: Sentence
  readonly options?: readonly (readonly [flags: string, says: Sentence, isRequired?: 'required'])[]
  /** Arguments and options by name, checked. */
  readonly given: Given
  /** What the group does when it is called alone. */
  readonly isDefault?: true
  readonly act: (session: Session, given: z.output<Given>) => Promise<ExitCode>
}

/** A group of commands, or the command line itself. */
export interface Group {
  readonly group: (name: string, says: Sentence) => Group
  readonly command: <Given extends z.ZodType>(definition: Definition<Given>) => void
}

interface Deps extends Circumstances {
  readonly finish: (code: ExitCode) => void
}

/** Adds commands below `parent`; each opens its session when it is called, not before. */
export function createGroup(parent: Command, deps: Deps): Group {
  const { language } = deps
  return {
    group: (name, says) =>
      createGroup(parent.command(name).description(says[language]).helpCommand(false), deps),
    command({ usage, says, options = [], given, isDefault, act }) {
      const command = parent.command(usage, { isDefault: isDefault === true }).description(says[language])
      for (const [flags, sentence, isRequired] of options)
        if (isRequired === 'required') command.requiredOption(flags, sentence[language])
        else command.option(flags, sentence[language])
      command.action(async () => {
        const all: unknown = command.optsWithGlobals()
        const session = openSession(deps, check(sessionOptions, all, language))
        deps.finish(
          await act(session, check(given, { ...optionsOf(all), ...argumentsOf(command) }, language)),
        )
      })
    },
  }
}

const optionsOf = (all: unknown): object => (typeof all === 'object' && all !== null ? all : {})

const argumentsOf = (command: Command): object =>
  Object.fromEntries(
    command.registeredArguments.map((argument, at): [string, unknown] => [
      argument.name(),
      command.processedArgs[at],
    ]),
  )

/** What was typed, as the command needs it. @throws Stop naming every value that is wrong */
export function check<Given extends z.ZodType>(
  given: Given,
  typed: unknown,
  language: Language,
): z.output<Given> {
  const words = (language === 'vi' ? z.locales.vi() : z.locales.en()).localeError
  const parsed = given.safeParse(typed, { error: words })
  if (parsed.success) return parsed.data
  const faults = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
  throw wrongUsage({ vi: faults.join('\n'), en: faults.join('\n') })
}
