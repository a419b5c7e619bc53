// Every entry of the ledger with its cause in words, and the balance after it.
import React from "react";
import { Link } from "react-router";
import { formatTokens, useLanguage, useText } from "./i18n.js";
import { formatMoment } from "./moment.js";
import { formatMoney } from "./money.js";

/** What happened, in few words. */
function title(t, entry) {
  if (entry.kind === "turn") return t("Answer by {model}", { model: entry.model });
  if (entry.kind === "debt") return t("Debt repaid");
  const owed = entry.debt > 0;
  const texts = {
    start: t("Start balance"),
    claim: t("Daily claim"),
    grant: t("Given by the operator"),
    stripe: t("Purchase of {count} tokens", { count: entry.tokens }),
    btcpay: t("Purchase of {count} tokens with Bitcoin", { count: entry.tokens }),
    refund: owed ? t("Refunded, but already spent: owed") : t("Refund of a purchase"),
    dispute: owed ? t("Payment disputed, but already spent: owed") : t("Payment disputed"),
    restored: t("Returned: the refund or dispute has ended"),
    code: t("Redemption code"),
    referral: t("Referral reward"),
  };
  return texts[entry.kind] ?? entry.kind;
}

/** The parts of an answer, in model tokens; only those that there were. */
function parts(t, entry) {
  return [
    entry.input && t("{count} in", { count: entry.input }),
    entry.cache_read && t("{count} from cache", { count: entry.cache_read }),
    entry.cache_write && t("{count} into cache", { count: entry.cache_write }),
    entry.output && t("{count} out", { count: entry.output }),
    entry.reasoning && t("of them {count} reasoning", { count: entry.reasoning }),
    entry.estimated && t("counted here"),
  ].filter(Boolean);
}

function Detail({ entry }) {
  const t = useText();
  const language = useLanguage();
  if (entry.kind === "turn") {
    return (
      <>
        {entry.chat ? (
          <Link to={`/c/${entry.chat}`}>{entry.title || t("New chat")}</Link>
        ) : (
          <span>{t("Deleted chat")}</span>
        )}
        <span className="figures">{parts(t, entry).join(" · ")}</span>
      </>
    );
  }
  return (
    <>
      {entry.money > 0 && <span>{formatMoney(language, entry.money, entry.currency)}</span>}
      {entry.note && <span>{entry.note}</span>}
    </>
  );
}

const signed = (amount) => `${amount > 0 ? "+" : amount < 0 ? "\u2212" : ""}${formatTokens(Math.abs(amount))}`;

function Row({ entry }) {
  const t = useText();
  const language = useLanguage();
  return (
    <tr role="row" className="entry" data-kind={entry.kind}>
      <td role="cell" className="entry-time figures">
        {formatMoment(language, entry.at)}
      </td>
      <td role="cell" className="entry-cause">
        <span className="entry-title">{title(t, entry)}</span>
        <span className="entry-detail">
          <Detail entry={entry} />
        </span>
      </td>
      <td role="cell" className="entry-change figures" data-change={entry.change}>
        {entry.change || !entry.debt ? signed(entry.change) : ""}
        {entry.debt > 0 && (
          <span className="entry-debt">{t("owed {count}", { count: entry.debt })}</span>
        )}
      </td>
      <td role="cell" className="entry-balance figures">
        <span className="entry-word">{t("Balance")} </span>
        {formatTokens(entry.balance)}
      </td>
    </tr>
  );
}

export function UsageTable({ entries, more, filtered, onMore }) {
  const t = useText();
  if (!entries?.length) {
    const words = filtered
      ? t("Nothing fits this filter.")
      : t("Nothing has happened yet. Your first answer will be listed here.");
    return <p className="usage-empty">{words}</p>;
  }
  return (
    <>
      <table role="table" className="entries" aria-label={t("Every entry")}>
        <thead role="rowgroup">
          <tr role="row">
            <th role="columnheader" scope="col">{t("Time")}</th>
            <th role="columnheader" scope="col">{t("What for")}</th>
            <th role="columnheader" scope="col">{t("Tokens")}</th>
            <th role="columnheader" scope="col">{t("Balance")}</th>
          </tr>
        </thead>
        <tbody role="rowgroup">
          {entries.map((entry) => (
            <Row key={`${entry.id}${entry.debt > 0 ? "d" : ""}`} entry={entry} />
          ))}
        </tbody>
      </table>
      {more && (
        <button type="button" className="button button-quiet usage-more" onClick={() => onMore?.()}>
          {t("Load more")}
        </button>
      )}
    </>
  );
}
