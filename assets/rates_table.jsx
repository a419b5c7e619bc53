// Every model with what it costs; sorted and searched in the browser.
import React, { useState } from "react";
import { formatTokens, useText } from "./i18n.js";

const COLUMNS = ["input", "output", "cache_read", "cache_write", "typical"];

function useColumns() {
  const t = useText();
  return {
    name: t("Model"),
    tier: t("Tier"),
    input: t("Input"),
    output: t("Output"),
    cache_read: t("Cache read"),
    cache_write: t("Cache write"),
    typical: t("Typical chat"),
  };
}

export function Tier({ tier }) {
  const t = useText();
  const words = { budget: t("Budget"), mid: t("Mid-range"), premium: t("Premium") };
  return <span className={`tag tier-${tier}`}>{words[tier] ?? ""}</span>;
}

const sum = (model) => Number(model.input) + Number(model.output);
const keys = {
  name: (model) => model.name.toLowerCase(),
  tier: sum,
  ...Object.fromEntries(COLUMNS.map((name) => [name, (model) => Number(model[name])])),
};

function sorted(models, { by, down }) {
  const key = keys[by];
  const order = [...models].sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0));
  return down ? order.reverse() : order;
}

function Heading({ name, label, sort, setSort }) {
  const on = sort.by === name;
  return (
    <th
      role="columnheader"
      scope="col"
      aria-sort={on ? (sort.down ? "descending" : "ascending") : "none"}
    >
      <button type="button" onClick={() => setSort({ by: name, down: on && !sort.down })}>
        {label}
        <span className="sort-mark" aria-hidden="true">
          {on ? (sort.down ? "↓" : "↑") : ""}
        </span>
      </button>
    </th>
  );
}

function Row({ model, labels }) {
  return (
    <tr role="row" className="rate" data-model={model.id}>
      <th role="rowheader" scope="row">
        <span className="rate-name">{model.name}</span>
        <span className="rate-vendor">{model.vendor}</span>
      </th>
      <td role="cell" className="rate-tier">
        <Tier tier={model.tier} />
      </td>
      {COLUMNS.map((name) => (
        <td key={name} role="cell" className="figures" data-label={labels[name]}>
          {name === "typical" ? formatTokens(model.typical) : model[name]}
        </td>
      ))}
    </tr>
  );
}

export function RatesTable({ models }) {
  const t = useText();
  const labels = useColumns();
  const [sort, setSort] = useState({ by: "tier", down: false });
  const [search, setSearch] = useState("");
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const said = (model) => `${model.name} ${model.id} ${model.vendor}`.toLowerCase();
  const found = (models ?? []).filter((model) => words.every((word) => said(model).includes(word)));
  return (
    <>
      <input
        type="search"
        className="field-input rates-search"
        value={search}
        aria-label={t("Search models")}
        placeholder={t("Search models")}
        onChange={(event) => setSearch(event.target.value)}
      />
      {found.length === 0 ? (
        <p className="prices-empty" role="status">
          {t("No model fits.")}
        </p>
      ) : (
        <table role="table" className="rate-table" aria-label={t("Rates")}>
          <thead role="rowgroup">
            <tr role="row">
              {Object.entries(labels).map(([name, label]) => (
                <Heading key={name} name={name} label={label} sort={sort} setSort={setSort} />
              ))}
            </tr>
          </thead>
          <tbody role="rowgroup">
            {sorted(found, sort).map((model) => (
              <Row key={model.id} model={model} labels={labels} />
            ))}
          </tbody>
        </table>
      )}
    </>
  );
}
