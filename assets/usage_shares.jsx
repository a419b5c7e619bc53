// What went into each model or chat: a list whose bars say the same as its figures.
import React from "react";
import { Link } from "react-router";
import { formatTokens, useLanguage, useText } from "./i18n.js";
import { formatMoment } from "./moment.js";

function Name({ share, chats }) {
  const t = useText();
  const language = useLanguage();
  if (!chats) return <span className="share-name">{share.name}</span>;
  if (!share.id) {
    const last = formatMoment(language, share.last);
    return <span className="share-name quiet">{t("Deleted chat, last used {time}", { time: last })}</span>;
  }
  return (
    <Link className="share-name" to={`/c/${share.id}`}>
      {share.name || t("New chat")}
    </Link>
  );
}

export function ShareList({ shares, total, chats, more }) {
  const t = useText();
  const most = Math.max(1, ...(shares ?? []).map((share) => share.spent));
  return (
    <>
      <ul className="shares">
        {(shares ?? []).map((share, i) => (
          <li key={share.id || i} className="share">
            <Name share={share} chats={chats} />
            <span className="share-spent figures">{formatTokens(share.spent)}</span>
            <span className="share-bar" aria-hidden="true">
              <i style={{ width: `${(share.spent / most) * 100}%` }} />
            </span>
            <span className="share-note figures">
              {t("{percent} % · answers: {answers}", {
                percent: total ? String(Math.round((share.spent / total) * 100)) : "0",
                answers: share.answers,
              })}
            </span>
          </li>
        ))}
      </ul>
      {more > 0 && <p className="shares-more">{t("and {count} more chats", { count: more })}</p>}
    </>
  );
}
