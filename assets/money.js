// Money: whole minor units of a currency, as the reader's language writes them.
const TAGS = { en: "en", zh: "zh-CN" };
const formats = new Map();

function formatOf(language, currency) {
  const key = `${language} ${currency}`;
  if (!formats.has(key)) {
    const style = { style: "currency", currency, currencyDisplay: "narrowSymbol" };
    formats.set(key, new Intl.NumberFormat(TAGS[language] || language, style));
  }
  return formats.get(key);
}

/** Write minor units of a currency: 1000 of "cny" is ¥10.00, "" for what is no amount. */
export function formatMoney(language, minor, currency) {
  if (!Number.isSafeInteger(minor) || !/^[a-z]{3}$/i.test(currency || "")) return "";
  const format = formatOf(language, currency.toUpperCase());
  const places = format.resolvedOptions().maximumFractionDigits;
  // Written as decimal text, which Intl takes as it is: no division, no rounding.
  const digits = String(Math.abs(minor)).padStart(places + 1, "0");
  const whole = digits.slice(0, digits.length - places);
  const fraction = places ? `.${digits.slice(-places)}` : "";
  return format.format(`${minor < 0 ? "-" : ""}${whole}${fraction}`);
}
