import { access, constants, stat } from 'node:fs/promises'
import { wrongUsage } from './exit-codes.ts'

/** @throws Stop where the file is not there, is a folder, or may not be read */
export async function assertReadable(file: string): Promise<void> {
  try {
    await access(file, constants.R_OK)
    if ((await stat(file)).isFile()) return
  } catch {
    // What exactly is wrong with it does not change what to do: name another one.
  }
  throw wrongUsage({ vi: `Không đọc được tệp ${file}.`, en: `The file ${file} can not be read.` })
}
