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

type Province = readonly [
  code: string,
  gsoCode: string,
  nameVi: string,
  nameEn: string,
  region: Region,
  communes: number,
]

/**
 * The 34 provinces and centrally-run cities as of 30 April 2026: GSO codes of Decision 19/2025/QĐ-TTg, Đồng Nai a city
 * since Resolution 30/2026/QH16, regions of the annex to Resolution 306/NQ-CP (5 October 2025), communes as counted on
 * the National Statistics Office's table (3,321). The agency code follows the name, the GSO code the seat: neither can
 * be derived from the other.
 */
export const PROVINCES: readonly Province[] = [
  ['H26', '01', 'Thành phố Hà Nội', 'Ha Noi City', 'red-river-delta', 126],
  ['H14', '04', 'Tỉnh Cao Bằng', 'Cao Bang', 'northern-midlands', 56],
  ['H60', '08', 'Tỉnh Tuyên Quang', 'Tuyen Quang', 'northern-midlands', 124],
  ['H18', '11', 'Tỉnh Điện Biên', 'Dien Bien', 'northern-midlands', 45],
  ['H35', '12', 'Tỉnh Lai Châu', 'Lai Chau', 'northern-midlands', 38],
  ['H52', '14', 'Tỉnh Sơn La', 'Son La', 'northern-midlands', 75],
  ['H38', '15', 'Tỉnh Lào Cai', 'Lao Cai', 'northern-midlands', 99],
  ['H55', '19', 'Tỉnh Thái Nguyên', 'Thai Nguyen', 'northern-midlands', 92],
  ['H37', '20', 'Tỉnh Lạng Sơn', 'Lang Son', 'northern-midlands', 65],
  ['H49', '22', 'Tỉnh Quảng Ninh', 'Quang Ninh', 'red-river-delta', 54],
  ['H05', '24', 'Tỉnh Bắc Ninh', 'Bac Ninh', 'red-river-delta', 99],
  ['H44', '25', 'Tỉnh Phú Thọ', 'Phu Tho', 'northern-midlands', 148],
  ['H24', '31', 'Thành phố Hải Phòng', 'Hai Phong City', 'red-river-delta', 114],
  ['H31', '33', 'Tỉnh Hưng Yên', 'Hung Yen', 'red-river-delta', 104],
  ['H42', '37', 'Tỉnh Ninh Bình', 'Ninh Binh', 'red-river-delta', 129],
  ['H56', '38', 'Tỉnh Thanh Hóa', 'Thanh Hoa', 'north-central', 166],
  ['H41', '40', 'Tỉnh Nghệ An', 'Nghe An', 'north-central', 130],
  ['H27', '42', 'Tỉnh Hà Tĩnh', 'Ha Tinh', 'north-central', 69],
  ['H50', '44', 'Tỉnh Quảng Trị', 'Quang Tri', 'north-central', 78],
  ['H57', '46', 'Thành phố Huế', 'Hue City', 'north-central', 40],
  ['H17', '48', 'Thành phố Đà Nẵng', 'Da Nang City', 'south-central-highlands', 94],
  ['H48', '51', 'Tỉnh Quảng Ngãi', 'Quang Ngai', 'south-central-highlands', 96],
  ['H21', '52', 'Tỉnh Gia Lai', 'Gia Lai', 'south-central-highlands', 135],
  ['H32', '56', 'Tỉnh Khánh Hòa', 'Khanh Hoa', 'south-central-highlands', 65],
  ['H15', '66', 'Tỉnh Đắk Lắk', 'Dak Lak', 'south-central-highlands', 102],
  ['H36', '68', 'Tỉnh Lâm Đồng', 'Lam Dong', 'south-central-highlands', 124],
  ['H19', '75', 'Thành phố Đồng Nai', 'Dong Nai City', 'southeast', 95],
  ['H29', '79', 'Thành phố Hồ Chí Minh', 'Ho Chi Minh City', 'southeast', 168],
  ['H53', '80', 'Tỉnh Tây Ninh', 'Tay Ninh', 'southeast', 96],
  ['H20', '82', 'Tỉnh Đồng Tháp', 'Dong Thap', 'mekong-delta', 102],
  ['H61', '86', 'Tỉnh Vĩnh Long', 'Vinh Long', 'mekong-delta', 124],
  ['H01', '91', 'Tỉnh An Giang', 'An Giang', 'mekong-delta', 102],
  ['H13', '92', 'Thành phố Cần Thơ', 'Can Tho City', 'mekong-delta', 103],
  ['H12', '96', 'Tỉnh Cà Mau', 'Ca Mau', 'mekong-delta', 64],
]

type FormerProvince = readonly [code: string, gsoCode: string, nameVi: string, nowPartOf: string]

/**
 * The 63 provinces until 30 June 2025, with the level-1 codes of Decision 20/2020/QĐ-TTg in that list's order. The province
 * that bears a predecessor's name keeps its code, the other codes are closed (Decision 09/2025/QĐ-TTg). Personal ids that
 * were issued before the merger go on beginning with `0` and the old GSO code (Circular 59/2021/TT-BCA).
 */
export const FORMER_PROVINCES: readonly FormerProvince[] = [
  ['H01', '89', 'An Giang', 'H01'],
  ['H02', '24', 'Bắc Giang', 'H05'],
  ['H03', '06', 'Bắc Kạn', 'H55'],
  ['H04', '95', 'Bạc Liêu', 'H12'],
  ['H05', '27', 'Bắc Ninh', 'H05'],
  ['H06', '77', 'Bà Rịa - Vũng Tàu', 'H29'],
  ['H07', '83', 'Bến Tre', 'H61'],
  ['H08', '52', 'Bình Định', 'H21'],
  ['H09', '74', 'Bình Dương', 'H29'],
  ['H10', '70', 'Bình Phước', 'H19'],
  ['H11', '60', 'Bình Thuận', 'H36'],
  ['H12', '96', 'Cà Mau', 'H12'],
  ['H13', '92', 'Cần Thơ', 'H13'],
  ['H14', '04', 'Cao Bằng', 'H14'],
  ['H15', '66', 'Đắk Lắk', 'H15'],
  ['H16', '67', 'Đắk Nông', 'H36'],
  ['H17', '48', 'Đà Nẵng', 'H17'],
  ['H18', '11', 'Điện Biên', 'H18'],
  ['H19', '75', 'Đồng Nai', 'H19'],
  ['H20', '87', 'Đồng Tháp', 'H20'],
  ['H21', '64', 'Gia Lai', 'H21'],
  ['H22', '02', 'Hà Giang', 'H60'],
  ['H23', '30', 'Hải Dương', 'H24'],
  ['H24', '31', 'Hải Phòng', 'H24'],
  ['H25', '35', 'Hà Nam', 'H42'],
  ['H26', '01', 'Hà Nội', 'H26'],
  ['H27', '42', 'Hà Tĩnh', 'H27'],
  ['H28', '17', 'Hòa Bình', 'H44'],
  ['H29', '79', 'TP. Hồ Chí Minh', 'H29'],
  ['H30', '93', 'Hậu Giang', 'H13'],
  ['H31', '33', 'Hưng Yên', 'H31'],
  ['H32', '56', 'Khánh Hòa', 'H32'],
  ['H33', '91', 'Kiên Giang', 'H01'],
  ['H34', '62', 'Kon Tum', 'H48'],
  ['H35', '12', 'Lai Châu', 'H35'],
  ['H36', '68', 'Lâm Đồng', 'H36'],
  ['H37', '20', 'Lạng Sơn', 'H37'],
  ['H38', '10', 'Lào Cai', 'H38'],
  ['H39', '80', 'Long An', 'H53'],
  ['H40', '36', 'Nam Định', 'H42'],
  ['H41', '40', 'Nghệ An', 'H41'],
  ['H42', '37', 'Ninh Bình', 'H42'],
  ['H43', '58', 'Ninh Thuận', 'H32'],
  ['H44', '25', 'Phú Thọ', 'H44'],
  ['H45', '54', 'Phú Yên', 'H15'],
  ['H46', '44', 'Quảng Bình', 'H50'],
  ['H47', '49', 'Quảng Nam', 'H17'],
  ['H48', '51', 'Quảng Ngãi', 'H48'],
  ['H49', '22', 'Quảng Ninh', 'H49'],
  ['H50', '45', 'Quảng Trị', 'H50'],
  ['H51', '94', 'Sóc Trăng', 'H13'],
  ['H52', '14', 'Sơn La', 'H52'],
  ['H53', '72', 'Tây Ninh', 'H53'],
  ['H54', '34', 'Thái Bình', 'H31'],
  ['H55', '19', 'Thái Nguyên', 'H55'],
  ['H56', '38', 'Thanh Hóa', 'H56'],
  ['H57', '46', 'Thừa Thiên Huế', 'H57'],
  ['H58', '82', 'Tiền Giang', 'H20'],
  ['H59', '84', 'Trà Vinh', 'H61'],
  ['H60', '08', 'Tuyên Quang', 'H60'],
  ['H61', '86', 'Vĩnh Long', 'H61'],
  ['H62', '26', 'Vĩnh Phúc', 'H44'],
  ['H63', '15', 'Yên Bái', 'H38'],
]

/**
 * The 20 ministries and agencies of Decision 09/2025/QĐ-TTg that take part: all with a known level-1 code, without the
 * Ministries of Public Security and of National Defence, which Decision 356/QĐ-BNV leaves out.
 */
export const MINISTRIES: readonly (readonly [code: string, nameVi: string, nameEn: string])[] = [
  ['G02', 'Bộ Công Thương', 'Ministry of Industry and Trade'],
  ['G03', 'Bộ Giáo dục và Đào tạo', 'Ministry of Education and Training'],
  ['G06', 'Bộ Khoa học và Công nghệ', 'Ministry of Science and Technology'],
  ['G08', 'Bộ Ngoại giao', 'Ministry of Foreign Affairs'],
  ['G09', 'Bộ Nội vụ', 'Ministry of Home Affairs'],
  ['G10', 'Bộ Nông nghiệp và Môi trường', 'Ministry of Agriculture and Environment'],
  ['G12', 'Bộ Tài chính', 'Ministry of Finance'],
  ['G15', 'Bộ Tư pháp', 'Ministry of Justice'],
  ['G16', 'Bộ Văn hóa, Thể thao và Du lịch', 'Ministry of Culture, Sports and Tourism'],
  ['G17', 'Bộ Xây dựng', 'Ministry of Construction'],
  ['G18', 'Bộ Y tế', 'Ministry of Health'],
  ['G19', 'Ngân hàng Nhà nước Việt Nam', 'State Bank of Viet Nam'],
  ['G20', 'Thanh tra Chính phủ', 'Government Inspectorate'],
  ['G21', 'Bộ Dân tộc và Tôn giáo', 'Ministry of Ethnic and Religious Affairs'],
  ['G22', 'Văn phòng Chính phủ', 'Office of the Government'],
  ['G27', 'Đài Tiếng nói Việt Nam', 'Voice of Vietnam'],
  ['G28', 'Đài Truyền hình Việt Nam', 'Vietnam Television'],
  ['G30', 'Thông tấn xã Việt Nam', 'Vietnam News Agency'],
  ['G31', 'Viện Hàn lâm Khoa học và Công nghệ Việt Nam', 'Vietnam Academy of Science and Technology'],
  ['G32', 'Viện Hàn lâm Khoa học xã hội Việt Nam', 'Vietnam Academy of Social Sciences'],
]
