// What a chat would cost: the lengths are asked for here, the figures come from the server.
import React, { useEffect, useId, useRef, useState } from "react";
import { formatTokens, useLanguage, useText } from "./i18n.js";
import { useLatest } from "./latest.js";
import { formatMoney } from "./money.js";

const DELAY_MS = 250;
const TAGS = { en: "en", zh: "zh-CN" };

function Field({ label, children }) {
  const id = useId();
  return (
    <div className="field">
      <label className="field-label" htmlFor={id}>
        {label}
      </label>
      {React.cloneElement(children, { id, className: "field-input" })}
    </div>
  );
}

/** Money with more digits than there are coins for: a chat costs fractions of them. */
function finely(language, amount, currency) {
  const style = { style: "currency", currency, currencyDisplay: "narrowSymbol" };
  const places = amount.length - amount.indexOf(".") - 1;
  const digits = { minimumFractionDigits: places, maximumFractionDigits: places };
  return new Intl.NumberFormat(TAGS[language] || language, { ...style, ...digits }).format(amount);
}

function Chats({ cost, chats }) {
  const t = useText();
  return cost > 0 ? t("{count} chats", { count: chats }) : t("without end");
}

function Result({ estimate }) {
  const t = useText();
  const language = useLanguage();
  const { cost, question, answer } = estimate;
  return (
    <div className="calculator-result" role="status">
      <p className="calculator-cost">
        <b className="figures" data-testid="estimate" data-tokens={cost}>
          {formatTokens(cost)}
        </b>{" "}
        {t("tokens for one such chat")}
      </p>
      <p className="usage-note figures">
        {t("About {question} model tokens in and {answer} out.", { question, answer })}
      </p>
      <table className="calculator-packages">
        <caption className="visually-hidden">{t("What the packages buy")}</caption>
        <thead>
          <tr>
            <th scope="col">{t("With")}</th>
            <th scope="col">{t("Such chats")}</th>
            <th scope="col">{t("Each for")}</th>
          </tr>
        </thead>
        <tbody>
          <tr>
            <th scope="row">{t("The daily claim")}</th>
            <td className="figures">
              <Chats cost={cost} chats={estimate.claim_chats} />
            </td>
            <td>{t("nothing")}</td>
          </tr>
          {estimate.packages.map((each) => (
            <tr key={each.label}>
              <th scope="row">
                {t("{label} Tokens", { label: each.label })}
                <span className="calculator-price">
                  {formatMoney(language, each.price, each.currency)}
                </span>
              </th>
              <td className="figures">
                <Chats cost={cost} chats={each.chats} />
              </td>
              <td className="figures">{finely(language, each.money, each.currency)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

export function Calculator({ models, estimate, error, onCalculate }) {
  const t = useText();
  const ask = useLatest(onCalculate);
  const [form, setForm] = useState({ model: "", question: "200", answer: "300", unit: "words" });
  const changed = useRef(false);
  useEffect(() => {
    if (!changed.current) return undefined;
    const model = form.model || estimate?.model || "";
    const timer = setTimeout(() => ask.current?.({ ...form, model }), DELAY_MS);
    return () => clearTimeout(timer);
    // The answer of the server is no reason to ask again.
  }, [form, ask]);
  if (!models?.length || !estimate?.model) return null;
  const change = (name) => (event) => {
    changed.current = true;
    setForm({ ...form, [name]: event.target.value });
  };
  return (
    <div className="calculator">
      <div className="calculator-form">
        <Field label={t("Model")}>
          <select value={form.model || estimate.model} onChange={change("model")}>
            {models.map((model) => (
              <option key={model.id} value={model.id}>
                {model.name}
              </option>
            ))}
          </select>
        </Field>
        <Field label={t("Message length")}>
          <input inputMode="numeric" value={form.question} onChange={change("question")} />
        </Field>
        <Field label={t("Response length")}>
          <input inputMode="numeric" value={form.answer} onChange={change("answer")} />
        </Field>
        <Field label={t("Counted in")}>
          <select value={form.unit} onChange={change("unit")}>
            <option value="words">{t("English words")}</option>
            <option value="characters">{t("Chinese characters")}</option>
            <option value="tokens">{t("Model tokens")}</option>
          </select>
        </Field>
        <div role="alert">{error && <p className="field-error">{error}</p>}</div>
      </div>
      <Result estimate={estimate} />
    </div>
  );
}
