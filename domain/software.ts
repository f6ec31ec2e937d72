/**
 * Version 1 of the criteria against which a body assesses its software. Decision 356/QĐ-BNV and OL 2325/BNV-VP name
 * functions and connection; their text is not public, so the list is the product's own and versioned.
 */
export const CRITERIA = {
  version: '2025-1',
  criteria: [
    {
      code: 'unit-tree-api',
      required: true,
      vi: 'Có API đồng bộ cây tổ chức đơn vị',
      en: 'Has the unit tree API',
    },
    { code: 'dossier-api', required: true, vi: 'Có API dữ liệu hồ sơ', en: 'Has the dossier API' },
    {
      code: 'agency-codes',
      required: true,
      vi: 'Dùng mã định danh theo QĐ 20/2020',
      en: 'Uses the codes of Decision 20/2020',
    },
    {
      code: 'two-level-government',
      required: true,
      vi: 'Đáp ứng chính quyền 2 cấp',
      en: 'Serves two-level government',
    },
    { code: 'role-based-access', required: true, vi: 'Phân quyền theo vai trò', en: 'Has role-based access' },
    {
      code: 'digital-signature',
      required: false,
      vi: 'Tích hợp ký số chuyên dùng',
      en: 'Integrates public-service signatures',
    },
    {
      code: 'export-for-merger',
      required: false,
      vi: 'Xuất được dữ liệu để hợp nhất',
      en: 'Exports data for a merger',
    },
  ],
} as const

export type Findings = Readonly<Record<string, boolean>>

/** Whether every required criterion was found met; one that nobody looked at counts as not met. */
export const passes = (findings: Findings): boolean =>
  CRITERIA.criteria.every(({ code, required }) => !required || findings[code] === true)

/** How records of several systems come together; the annex with the official scenarios is not public. */
export const SCENARIOS = ['one-predecessor', 'same-vendor', 'several-vendors', 'new-software'] as const
export type Scenario = (typeof SCENARIOS)[number]
