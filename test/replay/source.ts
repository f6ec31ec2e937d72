import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker'

const HERE = fileURLToPath(new URL('../../', import.meta.url))
const PARTS = ['domain', 'workflows', 'activities/contract', 'package.json', 'tsconfig.json']
const INDEX = 'workflows/index.ts'
/** What a file takes over from another of ours, types aside. */
const RUN_IMPORT = /^(?:import|export) (?!type )[^;'"]*?from '(\.[^']+)'/gm

/** A folder with the code that processes run. */
export interface Source {
  readonly root: string
}
export const TODAY: Source = { root: HERE }

/** A change of one file, named by the text that it takes away; that text must stand there exactly once. */
export interface Edit {
  readonly file: string
  readonly find: string
  readonly replace: string
}

/** A copy of today's code in which something is different. @throws Error where the text to replace is not there once */
export function changedSource(edits: readonly Edit[]): Source & Disposable {
  const changed = new Map<string, string>()
  for (const { file, find, replace } of edits) {
    const pieces = (changed.get(file) ?? readFileSync(join(HERE, file), 'utf8')).split(find)
    if (pieces.length !== 2)
      throw new Error(`${file} holds ${JSON.stringify(find)} ${pieces.length - 1} times, not once`)
    changed.set(file, pieces.join(replace))
  }
  const root = mkdtempSync(join(tmpdir(), 'dongbo-source-'))
  for (const part of PARTS) cpSync(join(HERE, part), join(root, part), { recursive: true })
  symlinkSync(join(HERE, 'node_modules'), join(root, 'node_modules'))
  for (const [file, text] of changed) writeFileSync(join(root, file), text)
  return {
    root,
    [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }),
  }
}

/** The processes as a worker would run them, and beside them what notes their words. */
export const bundle = ({ root }: Source): Promise<{ code: string }> =>
  bundleWorkflowCode({
    workflowsPath: join(root, INDEX),
    workflowInterceptorModules: [fileURLToPath(new URL('told.ts', import.meta.url))],
    logger: new DefaultLogger('ERROR'),
  })

/** The kinds of process that run code of a file. */
export function typesUsing(file: string): readonly string[] {
  const exports = readFileSync(join(HERE, INDEX), 'utf8').matchAll(/export \{ ([\w, ]+) \} from '(.+)'/g)
  return [...exports].flatMap(([, names = '', from = '']) =>
    reaches(join(HERE, 'workflows', from), new Set()).has(join(HERE, file)) ? names.split(', ') : [],
  )
}

function reaches(file: string, seen: Set<string>): ReadonlySet<string> {
  if (seen.has(file)) return seen
  seen.add(file)
  for (const [, from = ''] of readFileSync(file, 'utf8').matchAll(RUN_IMPORT))
    reaches(resolve(dirname(file), from), seen)
  return seen
}
