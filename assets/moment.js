// Times as the reader's clock and language say them.
const TAGS = { en: "en-GB", zh: "zh-CN" };

/** Write an ISO time as date and time of day; "" for what is none. */
export function formatMoment(language, iso) {
  const time = new Date(iso);
  if (!iso || Number.isNaN(time.getTime())) return "";
  const style = { dateStyle: "medium", timeStyle: "short" };
  return new Intl.DateTimeFormat(TAGS[language] || language, style).format(time);
}
