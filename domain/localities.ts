import { FORMER_PROVINCES, MINISTRIES, PROVINCES } from './localities-facts.ts'

/** The six socio-economic regions (Resolution 306/NQ-CP), and `central` for ministries and agencies: how boards group bodies. */
export const REGIONS = {
  central: { vi: 'Trung ương', en: 'Central' },
  'northern-midlands': { vi: 'Trung du và miền núi phía Bắc', en: 'Northern midlands and mountains' },
  'red-river-delta': { vi: 'Đồng bằng sông Hồng', en: 'Red River delta' },
  'north-central': { vi: 'Bắc Trung Bộ', en: 'North Central' },
  'south-central-highlands': {
    vi: 'Duyên hải Nam Trung Bộ và Tây Nguyên',
    en: 'South Central coast and Central Highlands',
  },
  southeast: { vi: 'Đông Nam Bộ', en: 'Southeast' },
  'mekong-delta': { vi: 'Đồng bằng sông Cửu Long', en: 'Mekong delta' },
} as const
export type Region = keyof typeof REGIONS

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
