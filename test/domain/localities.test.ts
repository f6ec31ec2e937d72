import { expect, test } from 'vitest'
import { FORMER_PROVINCES } from '../../domain/localities-facts.ts'
import { findLocality, LOCALITIES, REGIONS, type Locality } from '../../domain/localities.ts'

// Decision 19/2025/QĐ-TTg (GSO codes), Decision 09/2025/QĐ-TTg (codes kept and closed), state of 30 April 2026. Written down
// a second time, in the form of the published list: code, name, code kept, codes closed, formed from, communes.
const PUBLISHED = `
  01 | Thành phố Hà Nội | H26 | - | unchanged | 126
  04 | Tỉnh Cao Bằng | H14 | - | unchanged | 56
  08 | Tỉnh Tuyên Quang | H60 | H22 | Hà Giang (02) + Tuyên Quang (08) | 124
  11 | Tỉnh Điện Biên | H18 | - | unchanged | 45
  12 | Tỉnh Lai Châu | H35 | - | unchanged | 38
  14 | Tỉnh Sơn La | H52 | - | unchanged | 75
  15 | Tỉnh Lào Cai | H38 | H63 | Lào Cai (10) + Yên Bái (15) | 99
  19 | Tỉnh Thái Nguyên | H55 | H03 | Bắc Kạn (06) + Thái Nguyên (19) | 92
  20 | Tỉnh Lạng Sơn | H37 | - | unchanged | 65
  22 | Tỉnh Quảng Ninh | H49 | - | unchanged | 54
  24 | Tỉnh Bắc Ninh | H05 | H02 | Bắc Giang (24) + Bắc Ninh (27) | 99
  25 | Tỉnh Phú Thọ | H44 | H28 H62 | Hòa Bình (17) + Phú Thọ (25) + Vĩnh Phúc (26) | 148
  31 | Thành phố Hải Phòng | H24 | H23 | Hải Dương (30) + Hải Phòng (31) | 114
  33 | Tỉnh Hưng Yên | H31 | H54 | Hưng Yên (33) + Thái Bình (34) | 104
  37 | Tỉnh Ninh Bình | H42 | H25 H40 | Hà Nam (35) + Nam Định (36) + Ninh Bình (37) | 129
  38 | Tỉnh Thanh Hóa | H56 | - | unchanged | 166
  40 | Tỉnh Nghệ An | H41 | - | unchanged | 130
  42 | Tỉnh Hà Tĩnh | H27 | - | unchanged | 69
  44 | Tỉnh Quảng Trị | H50 | H46 | Quảng Bình (44) + Quảng Trị (45) | 78
  46 | Thành phố Huế | H57 | - | unchanged | 40
  48 | Thành phố Đà Nẵng | H17 | H47 | Đà Nẵng (48) + Quảng Nam (49) | 94
  51 | Tỉnh Quảng Ngãi | H48 | H34 | Quảng Ngãi (51) + Kon Tum (62) | 96
  52 | Tỉnh Gia Lai | H21 | H08 | Bình Định (52) + Gia Lai (64) | 135
  56 | Tỉnh Khánh Hòa | H32 | H43 | Khánh Hòa (56) + Ninh Thuận (58) | 65
  66 | Tỉnh Đắk Lắk | H15 | H45 | Phú Yên (54) + Đắk Lắk (66) | 102
  68 | Tỉnh Lâm Đồng | H36 | H11 H16 | Bình Thuận (60) + Đắk Nông (67) + Lâm Đồng (68) | 124
  75 | Thành phố Đồng Nai | H19 | H10 | Bình Phước (70) + Đồng Nai (75) | 95
  79 | Thành phố Hồ Chí Minh | H29 | H09 H06 | Bình Dương (74) + Bà Rịa - Vũng Tàu (77) + TP. Hồ Chí Minh (79) | 168
  80 | Tỉnh Tây Ninh | H53 | H39 | Tây Ninh (72) + Long An (80) | 96
  82 | Tỉnh Đồng Tháp | H20 | H58 | Tiền Giang (82) + Đồng Tháp (87) | 102
  86 | Tỉnh Vĩnh Long | H61 | H07 H59 | Bến Tre (83) + Trà Vinh (84) + Vĩnh Long (86) | 124
  91 | Tỉnh An Giang | H01 | H33 | An Giang (89) + Kiên Giang (91) | 102
  92 | Thành phố Cần Thơ | H13 | H30 H51 | Cần Thơ (92) + Hậu Giang (93) + Sóc Trăng (94) | 103
  96 | Tỉnh Cà Mau | H12 | H04 | Bạc Liêu (95) + Cà Mau (96) | 64
`
const published = PUBLISHED.trim()
  .split('\n')
  .map((line) => line.split('|').map((cell) => cell.trim()))

const provinces = LOCALITIES.filter(({ kind }) => kind === 'province')
const ministries = LOCALITIES.filter(({ kind }) => kind === 'ministry')
const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0)

/** A province written the way the published list writes it. */
function asPublished({ gsoCode, nameVi, code, communes, predecessors }: Locality): readonly string[] {
  const closed = predecessors.map((former) => former.code).filter((former) => former !== code)
  const formedFrom = predecessors.map((former) => `${former.nameVi} (${former.gsoCode})`)
  return [
    gsoCode ?? '',
    nameVi,
    code,
    closed.join(' ') || '-',
    formedFrom.length === 1 ? 'unchanged' : formedFrom.join(' + '),
    String(communes),
  ]
}

test('54 bodies take part: 20 ministries and agencies, 34 provinces and cities', () => {
  expect([ministries.length, provinces.length, LOCALITIES.length]).toEqual([20, 34, 54])
  expect(new Set(LOCALITIES.map(({ code }) => code)).size).toBe(54)
})

test('the 34 provinces have 3,321 communes and were formed from 63 provinces, of which 29 codes are closed', () => {
  const kept = provinces.map(({ code }) => code)
  const former = provinces.flatMap(({ predecessors }) => predecessors.map(({ code }) => code))
  expect(sum(provinces.map(({ communes }) => communes))).toBe(3_321)
  expect(former.length).toBe(63)
  expect(former.filter((code) => !kept.includes(code)).length).toBe(29)
})

test.each(published.map((row) => [row[1], row] as const))(
  '%s stands as in the published list',
  (_name, row) => {
    const locality = findLocality(row[2] ?? '')
    expect(locality && asPublished(locality)).toEqual(row)
  },
)

test('the published list holds every province of ours, none more', () => {
  expect(published.map((row) => row[2])).toEqual(provinces.map(({ code }) => code))
})

test('the level-1 codes H01 to H63 each belong to one former province', () => {
  const expected = Array.from({ length: 63 }, (_, index) => `H${String(index + 1).padStart(2, '0')}`)
  expect(FORMER_PROVINCES.map(([code]) => code)).toEqual(expected)
})

test('Decision 09/2025: a merged province keeps the code of the predecessor whose name it bears', () => {
  for (const { code, nameVi, predecessors } of provinces) {
    const kept = predecessors.find((former) => former.code === code)
    const name = nameVi.replace(/^(Tỉnh|Thành phố) /, '')
    expect(kept?.nameVi.replace('TP. ', '').replace('Thừa Thiên ', '')).toBe(name)
  }
})

test('Decision 124/2004: a merged province takes the GSO code of one of its predecessors', () => {
  for (const { gsoCode, predecessors } of provinces)
    expect(predecessors.map((former) => former.gsoCode)).toContain(gsoCode)
})

test.each([
  ['Hà Giang', 'H22', '002'],
  ['Yên Bái', 'H63', '015'],
  ['Lào Cai', 'H38', '010'],
  ['TP. Hồ Chí Minh', 'H29', '079'],
  ['Hậu Giang', 'H30', '093'],
  ['Thừa Thiên Huế', 'H57', '046'],
])('personal ids of %s (%s) begin with %s', (nameVi, code, prefix) => {
  const former = LOCALITIES.flatMap(({ predecessors }) => predecessors).find((body) => body.nameVi === nameVi)
  expect(former).toMatchObject({ code, personalIdPrefix: prefix })
})

test('no two former provinces share a prefix of personal ids', () => {
  const prefixes = provinces.flatMap(({ predecessors }) => predecessors.map((body) => body.personalIdPrefix))
  expect(new Set(prefixes).size).toBe(63)
  for (const prefix of prefixes) expect(prefix).toMatch(/^0\d\d$/)
})

test('Decision 356 leaves out Public Security (G01) and National Defence (G11)', () => {
  const codes = 'G02 G03 G06 G08 G09 G10 G12 G15 G16 G17 G18 G19 G20 G21 G22 G27 G28 G30 G31 G32'.split(' ')
  expect(ministries.map(({ code }) => code)).toEqual(codes)
  expect(findLocality('G01')).toBeUndefined()
  expect(findLocality('G11')).toBeUndefined()
})

test('a closed code is no body any more', () => {
  expect(findLocality('H22')).toBeUndefined()
})

test('Resolution 306/NQ-CP: the six regions have 9, 6, 5, 6, 3 and 5 provinces, and ministries are central', () => {
  const counts = Object.keys(REGIONS).map((name) => LOCALITIES.filter(({ region }) => region === name).length)
  expect(counts).toEqual([20, 9, 6, 5, 6, 3, 5])
})

test('names are composed Unicode, so that they compare equal to what people type', () => {
  for (const { nameVi, predecessors } of LOCALITIES)
    for (const name of [nameVi, ...predecessors.map((former) => former.nameVi)])
      expect(name).toBe(name.normalize('NFC'))
})
