import { z } from 'zod'
import { instantView } from './shapes.ts'

export const treeView = z.object({ treeId: z.uuid(), version: z.int(), units: z.int() })
export const treeList = z.object({
  trees: z.array(
    z.object({
      treeId: z.uuid(),
      version: z.int(),
      units: z.int(),
      uploadedAt: instantView,
      acceptedAt: instantView.nullable(),
      confirmedAt: instantView.nullable(),
      refusedAt: instantView.nullable(),
      refusalReasons: z.array(z.string()),
    }),
  ),
})
export const unitList = z.object({
  units: z.array(
    z.object({ code: z.string(), name: z.string(), parentCode: z.string().nullable(), kind: z.string() }),
  ),
  next: z.string().nullable(),
})
/** Every fault of a file that was not taken in. */
export const treeFaults = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  code: z.string(),
  instance: z.string(),
  faults: z.array(
    z.object({
      line: z.int(),
      field: z.string(),
      rule: z.string(),
      messageVi: z.string(),
      messageEn: z.string(),
    }),
  ),
})
