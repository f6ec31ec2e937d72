import { FORMER_PROVINCES, MINISTRIES, PROVINCES, type Region } from './localities-facts.ts'

export { REGIONS, type Region } from './localities-facts.ts'

/** What a body was before 1 July 2025; a body that did not change is its own predecessor. */
export interface Predecessor {
  /** Level-1 agency code, kept by one predecessor and closed for the others. */
  readonly code: string
  readonly nameVi: string
  /** Null for ministries. */
  readonly gsoCode: string | null
  /** First three digits of personal ids registered there; null for ministries. */
  readonly personalIdPrefix: string | null
}

/**
 * Code of a body: level 1 of Decision 20/2020/QĐ-TTg, or of a unit below it that takes part by itself, as a commune would.
 */
export const LOCALITY_CODE = /^[A-Z]\d{2}(\.\d{2,3}){0,2}$/

/** A body that takes part: a ministry or agency, a province or a centrally-run city. */
export interface Locality {
  /** Level-1 agency identification code (Decision 20/2020/QĐ-TTg). */
  readonly code: string
  readonly nameVi: string
  readonly nameEn: string
  readonly kind: 'ministry' | 'province'
  readonly region: Region
  readonly gsoCode: string | null
  readonly communes: number
  readonly predecessors: readonly Predecessor[]
}

const ministries: readonly Locality[] = MINISTRIES.map(([code, nameVi, nameEn]) => ({
  code,
  nameVi,
  nameEn,
  kind: 'ministry',
  region: 'central',
  gsoCode: null,
  communes: 0,
  predecessors: [{ code, nameVi, gsoCode: null, personalIdPrefix: null }],
}))

const formerProvincesOf = (code: string): readonly Predecessor[] =>
  FORMER_PROVINCES.filter(([, , , nowPartOf]) => nowPartOf === code)
    .map(([former, gsoCode, nameVi]) => ({ code: former, nameVi, gsoCode, personalIdPrefix: `0${gsoCode}` }))
    .toSorted((one, other) => Number(one.gsoCode) - Number(other.gsoCode))

const provinces: readonly Locality[] = PROVINCES.map(([code, gsoCode, nameVi, nameEn, region, communes]) => ({
  code,
  nameVi,
  nameEn,
  kind: 'province',
  region,
  gsoCode,
  communes,
  predecessors: formerProvincesOf(code),
}))

/** All 54 bodies: 20 ministries and agencies, 34 provinces and cities. */
export const LOCALITIES: readonly Locality[] = [...ministries, ...provinces]

const BY_CODE = new Map(LOCALITIES.map((locality) => [locality.code, locality]))
export const findLocality = (code: string): Locality | undefined => BY_CODE.get(code)
