// Small charts: drawn as SVG that stretches, told in words, and open as a table.
import React, { useState } from "react";
import { formatTokens, formatTokensShort, useLanguage, useText } from "./i18n.js";

const TAGS = { en: "en-GB", zh: "zh-CN" };
const HEIGHT = 100;

/** Write a day such as 2026-11-25 in the reader's language. */
function useDayFormat() {
  const language = useLanguage();
  const style = { month: "short", day: "numeric", timeZone: "UTC" };
  const format = new Intl.DateTimeFormat(TAGS[language] || language, style);
  return (day) => format.format(new Date(`${day}T00:00:00Z`));
}

/** The least round number that is not below the value: 1, 2, 2.5 or 5 with zeros. */
export function roundUp(value) {
  if (value <= 10) return 10;
  const unit = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 2.5, 5, 10].map((step) => step * unit).find((step) => step >= value);
}

/** The day under the pointer or chosen by keys; null for none. */
function useChosen(count) {
  const [chosen, setChosen] = useState(null);
  const at = (event) => {
    const box = event.currentTarget.getBoundingClientRect();
    const place = Math.floor(((event.clientX - box.left) / box.width) * count);
    setChosen(Math.max(0, Math.min(count - 1, place)));
  };
  const onKeyDown = (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (event.key === "Escape") setChosen(null);
    if (!step) return;
    event.preventDefault();
    const from = chosen ?? (step > 0 ? -1 : count);
    setChosen(Math.max(0, Math.min(count - 1, from + step)));
  };
  const leave = () => setChosen(null);
  const pointer = { onPointerMove: at, onPointerDown: at, onPointerLeave: leave };
  return [chosen, { ...pointer, onKeyDown, onBlur: leave }];
}

function Axis({ top }) {
  return (
    <div className="chart-scale figures" aria-hidden="true">
      {[top, top / 2, 0].map((value) => (
        <span key={value}>{formatTokensShort(value)}</span>
      ))}
    </div>
  );
}

function Dates({ days }) {
  const written = useDayFormat();
  const middle = days[Math.floor((days.length - 1) / 2)];
  return (
    <div className="chart-dates" aria-hidden="true">
      {[days[0], middle, days[days.length - 1]].map((each) => (
        <span key={each.day}>{written(each.day)}</span>
      ))}
    </div>
  );
}

/** The value of one day beside the place where it is. */
function Tip({ day, value, place, count }) {
  const written = useDayFormat();
  const t = useText();
  const share = (place + 0.5) / count;
  const style = share > 0.5 ? { right: `${(1 - share) * 100}%` } : { left: `${share * 100}%` };
  return (
    <div className="chart-tip" style={style} role="status">
      <span>{written(day)}</span>
      <b className="figures">{t("{count} tokens", { count: value })}</b>
    </div>
  );
}

function Table({ days, field, label }) {
  const t = useText();
  const written = useDayFormat();
  const [open, setOpen] = useState(false);
  return (
    <details className="chart-table" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{t("Show as a table")}</summary>
      {open && (
        <div className="chart-rows">
          <table>
            <caption className="visually-hidden">{label}</caption>
            <thead>
              <tr>
                <th scope="col">{t("Day")}</th>
                <th scope="col">{label}</th>
              </tr>
            </thead>
            <tbody>
              {[...days].reverse().map((each) => (
                <tr key={each.day}>
                  <th scope="row">{written(each.day)}</th>
                  <td className="figures">{formatTokens(each[field])}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </details>
  );
}

function line(days, field, top) {
  const points = days.map((each, i) => `${i + 0.5},${HEIGHT - (each[field] / top) * HEIGHT}`);
  const flat = (at, point) => `${at},${point.split(",")[1]}`;
  return [flat(0, points[0]), ...points, flat(days.length, points[points.length - 1])].join(" L");
}

function Area({ days, field, top }) {
  const path = `M${line(days, field, top)}`;
  return (
    <>
      <path className="chart-area" d={`${path} L${days.length},${HEIGHT} L0,${HEIGHT} Z`} />
      <path className="chart-line" d={path} vectorEffect="non-scaling-stroke" />
    </>
  );
}

function Bars({ days, field, top, chosen }) {
  return days.map((each, i) => {
    const height = (each[field] / top) * HEIGHT;
    return (
      height > 0 && (
        <rect
          key={each.day}
          className={i === chosen ? "chart-bar chart-bar-chosen" : "chart-bar"}
          x={i + 0.14}
          y={HEIGHT - height}
          width={0.72}
          height={height}
        />
      )
    );
  });
}

/** Values of days: an area for what stands, bars for what adds up. */
export function DayChart({ days, field, kind, label, summary }) {
  const t = useText();
  const [chosen, handlers] = useChosen(days?.length ?? 0);
  if (!days?.length) return null;
  const most = Math.max(...days.map((each) => each[field]));
  const top = roundUp(most);
  const Shape = kind === "area" ? Area : Bars;
  const keys = t("The arrow keys go from day to day.");
  return (
    <figure className="chart">
      <div className="chart-frame">
        <Axis top={top} />
        <div
          className="chart-plot"
          role="img"
          tabIndex={0}
          aria-label={`${label}. ${summary} ${keys}`}
          {...handlers}
        >
          <svg viewBox={`0 0 ${days.length} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
            {[0, 0.5, 1].map((share) => (
              <line
                key={share}
                className="chart-grid"
                x1={0}
                x2={days.length}
                y1={share * HEIGHT}
                y2={share * HEIGHT}
                vectorEffect="non-scaling-stroke"
              />
            ))}
            <Shape days={days} field={field} top={top} chosen={chosen} />
            {chosen !== null && (
              <line
                className="chart-pointer"
                x1={chosen + 0.5}
                x2={chosen + 0.5}
                y1={0}
                y2={HEIGHT}
                vectorEffect="non-scaling-stroke"
              />
            )}
          </svg>
          {chosen !== null && chosen < days.length && (
            <Tip
              day={days[chosen].day}
              value={days[chosen][field]}
              place={chosen}
              count={days.length}
            />
          )}
        </div>
      </div>
      <Dates days={days} />
      <Table days={days} field={field} label={label} />
    </figure>
  );
}
