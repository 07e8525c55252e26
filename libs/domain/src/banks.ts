import type { BilingualText } from './bilingual-text.js';

/** The names of the institutions that keep accounts in Korea, by their codes in the interbank network (KFTC). */
const names: Readonly<Record<string, BilingualText>> = {
  '002': { ko: 'KDB산업은행', en: 'Korea Development Bank' },
  '003': { ko: 'IBK기업은행', en: 'Industrial Bank of Korea' },
  '004': { ko: 'KB국민은행', en: 'KB Kookmin Bank' },
  '007': { ko: '수협은행', en: 'Suhyup Bank' },
  '011': { ko: 'NH농협은행', en: 'NH NongHyup Bank' },
  '012': { ko: '지역 농·축협', en: 'Local NongHyup' },
  '020': { ko: '우리은행', en: 'Woori Bank' },
  '023': { ko: 'SC제일은행', en: 'SC First Bank' },
  '027': { ko: '한국씨티은행', en: 'Citibank Korea' },
  '031': { ko: 'iM뱅크', en: 'iM Bank' },
  '032': { ko: 'BNK부산은행', en: 'BNK Busan Bank' },
  '034': { ko: '광주은행', en: 'Kwangju Bank' },
  '035': { ko: '제주은행', en: 'Jeju Bank' },
  '037': { ko: '전북은행', en: 'Jeonbuk Bank' },
  '039': { ko: 'BNK경남은행', en: 'BNK Kyongnam Bank' },
  '045': { ko: 'MG새마을금고', en: 'MG Community Credit Cooperatives' },
  '048': { ko: '신협', en: 'Credit Unions' },
  '050': { ko: '저축은행', en: 'Savings Banks' },
  '054': { ko: 'HSBC은행', en: 'HSBC' },
  '055': { ko: '도이치은행', en: 'Deutsche Bank' },
  '064': { ko: '산림조합중앙회', en: 'National Forestry Cooperatives' },
  '071': { ko: '우체국', en: 'Korea Post' },
  '081': { ko: '하나은행', en: 'Hana Bank' },
  '088': { ko: '신한은행', en: 'Shinhan Bank' },
  '089': { ko: '케이뱅크', en: 'K bank' },
  '090': { ko: '카카오뱅크', en: 'KakaoBank' },
  '092': { ko: '토스뱅크', en: 'Toss Bank' },
  // The fictional bank of the sample people.
  '999': { ko: '한별은행', en: 'Hanbyeol Bank' },
};

/** The name of the bank with this three-digit code; undefined if the code is not known. */
export const bankName = (code: string): BilingualText | undefined =>
  Object.hasOwn(names, code) ? names[code] : undefined;
