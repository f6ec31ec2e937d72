import type { Database } from './client.ts'
export async function writeReferenceData(_db: Database): Promise<void> {}
