/** Countries, and where they lie: enough to notice that a place stands in another one, or with its two figures swapped. */

/** ISO 3166-1 alpha-2, as of 2026. */
const CODES = new Set(
  `AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC CD
  CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG
  GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR
  KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF
  NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM
  SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE
  YT ZA ZM ZW`.split(/\s+/),
);

/** A box around a country, in degrees; it may hold parts of neighbours. */
interface Box {
  readonly name: string;
  readonly south: number;
  readonly north: number;
  readonly west: number;
  readonly east: number;
}

const box = (name: string, south: number, north: number, west: number, east: number): Box => ({
  ...{ name, south, north, west, east },
});

/** South-East Asia, its neighbours, and countries that compounds are reported to have moved to; to a tenth of a degree, rounded outwards. */
const BOXES: Readonly<Record<string, Box>> = {
  AE: box('United Arab Emirates', 22.6, 26.1, 51.4, 56.5),
  BD: box('Bangladesh', 20.5, 26.7, 88, 92.7),
  BN: box('Brunei', 4, 5.1, 114, 115.4),
  CN: box('China', 18.1, 53.6, 73.4, 134.8),
  GE: box('Georgia', 41, 43.6, 39.9, 46.8),
  HK: box('Hong Kong', 22.1, 22.6, 113.8, 114.5),
  ID: box('Indonesia', -11.1, 6.1, 94.9, 141.1),
  IN: box('India', 6.7, 35.7, 68.1, 97.5),
  JP: box('Japan', 20.2, 45.6, 122.9, 154),
  KH: box('Cambodia', 9.9, 14.7, 102.3, 107.7),
  KR: box('South Korea', 33.1, 38.7, 124.5, 131.9),
  LA: box('Laos', 13.9, 22.6, 100, 107.7),
  LK: box('Sri Lanka', 5.9, 9.9, 79.5, 81.9),
  MM: box('Myanmar', 9.5, 28.6, 92.1, 101.2),
  MO: box('Macao', 22, 22.3, 113.5, 113.7),
  MY: box('Malaysia', 0.8, 7.5, 99.6, 119.3),
  NP: box('Nepal', 26.3, 30.5, 80, 88.3),
  PG: box('Papua New Guinea', -11.7, -0.7, 140.8, 156),
  PH: box('Philippines', 4.5, 21.2, 116.8, 126.7),
  PK: box('Pakistan', 23.6, 37.1, 60.8, 77.9),
  PW: box('Palau', 2.7, 8.3, 131, 134.8),
  SG: box('Singapore', 1.1, 1.5, 103.6, 104.1),
  TH: box('Thailand', 5.6, 20.5, 97.3, 105.7),
  TL: box('Timor-Leste', -9.6, -8.1, 124, 127.4),
  TW: box('Taiwan', 21.8, 26.5, 118.1, 122.1),
  VN: box('Vietnam', 8.3, 23.4, 102.1, 109.5),
};

/** Degrees, some 55 km: compounds stand at borders, and the nearest named town may be on the other side. */
const NEAR = 0.5;

/** Latitude, then longitude, in degrees. */
export type Coordinates = readonly [latitude: number, longitude: number];

/** What is wrong with the code of a country; `null` where it is one. */
export function countryFault(code: string, quote: (text: string) => string): string | null {
  if (CODES.has(code)) return null;
  const meant = meantCountry(code);
  return `${quote(code)} is no code of a country.${meant === undefined ? '' : ` ${meant[1].name} is ${meant[0]}.`}`;
}

function meantCountry(text: string): [string, Box] | undefined {
  const word = text.toLowerCase();
  return Object.entries(BOXES).find(([code, { name }]) => code.toLowerCase() === word || name.toLowerCase() === word);
}

/**
 * What is wrong with a place; `null` where it can be right. It is looked at whether it lies in the country or near it, as far as
 * a box around the country tells; of countries without a box, only whether it is on the globe.
 */
export function placeFault([latitude, longitude]: Coordinates, country: string): string | null {
  const around = BOXES[country];
  const right = around === undefined ? isOnGlobe : (lat: number, lon: number) => isNear(around, lat, lon);
  if (right(latitude, longitude)) return null;
  const told = `[${latitude}, ${longitude}]`;
  if (right(longitude, latitude)) {
    const swapped = `[${longitude}, ${latitude}] ${around === undefined ? 'can be right' : `is in ${around.name}`}`;
    return `${told} has latitude and longitude the wrong way round: ${swapped}.`;
  }
  if (!isOnGlobe(latitude, longitude)) return `${told} is nowhere on the globe.`;
  return around === undefined
    ? null
    : `${told} is not in ${around.name} (${country}), which lies between ${around.south} and ${around.north} north and between ${around.west} and ${around.east} east.`;
}

function isOnGlobe(latitude: number, longitude: number): boolean {
  return Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180;
}

function isNear({ south, north, west, east }: Box, latitude: number, longitude: number): boolean {
  return latitude >= south - NEAR && latitude <= north + NEAR && longitude >= west - NEAR && longitude <= east + NEAR;
}
