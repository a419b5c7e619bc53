// One message of the conversation.
import React, { memo } from "react";
import { CopyButton } from "./copy_button.jsx";
import { useText } from "./i18n.js";
import { ChevronIcon, RetryIcon, WarningIcon } from "./icons.jsx";
import { Markdown } from "./markdown.jsx";
import { stopWaiting, usePending, waitForTokens } from "./pending_question.js";
import { openPurchase } from "./purchase_event.js";

function Reasoning({ text, thinking }) {
  const t = useText();
  return (
    <details className="reasoning">
      <summary>
        <ChevronIcon className="reasoning-mark" />
        <span data-live={thinking}>{thinking ? t("Thinking…") : t("Reasoning")}</span>
      </summary>
      <div className="reasoning-text">{text}</div>
    </details>
  );
}

function Typing() {
  const t = useText();
  return (
    <div className="typing">
      <span className="visually-hidden">{t("The answer is on its way")}</span>
      <i aria-hidden="true" />
      <i aria-hidden="true" />
      <i aria-hidden="true" />
    </div>
  );
}

/** What a refused message would have needed, and the way to more tokens, after which it is sent. */
function Shortage({ params, told, conversation, answer }) {
  const t = useText();
  const { price, balance } = params ?? {};
  const waits = usePending()?.answer === answer && Boolean(answer);
  const buy = () => {
    if (conversation && answer && price > 0) waitForTokens(conversation, answer, price);
    openPurchase();
  };
  return (
    <>
      {!told && Number.isFinite(price) && Number.isFinite(balance) && (
        <p className="error-detail">
          {t("This message can cost up to {price} tokens; you have {balance}.", {
            price,
            balance,
          })}
        </p>
      )}
      <button type="button" className="button button-primary" onClick={buy}>
        {t("Buy Tokens")}
      </button>
      {waits && (
        <p className="error-detail error-waits" role="status">
          {t("Your question is sent by itself as soon as there are enough tokens.")}{" "}
          <button type="button" className="text-button" onClick={stopWaiting}>
            {t("Do not send it")}
          </button>
        </p>
      )}
    </>
  );
}

export function ErrorCard({ code, params, messages, conversation, answer, onRetry }) {
  const t = useText();
  const known = messages?.[code];
  const texts = {
    turn_lost: t("This answer cannot be followed any more. Reload the page to see what was saved."),
    insufficient_balance: t("You do not have enough tokens for this message."),
  };
  const text = known
    ? t(known, params)
    : (texts[code] ?? t("Something went wrong on our side. Please try again."));
  return (
    <div className="error-card" data-code={code}>
      <WarningIcon className="error-mark" />
      <div className="error-body">
        <p>{text}</p>
        <div className="error-actions">
          {code === "spending_limit" && (
            <a className="button" href="/settings#spending-limit">
              {t("Change the limit")}
            </a>
          )}
          {code === "insufficient_balance" && (
            <Shortage
              params={params}
              told={Boolean(known)}
              conversation={conversation}
              answer={answer}
            />
          )}
          {onRetry && (
            <button type="button" className="button" onClick={onRetry}>
              <RetryIcon />
              {t("Retry")}
            </button>
          )}
        </div>
      </div>
    </div>
  );
}

function Footer({ text, status, cost, estimated }) {
  const t = useText();
  const exact = t("{count} tokens", { count: cost });
  return (
    <footer className="message-footer">
      {text && <CopyButton text={text} label={t("Copy answer")} />}
      {status === "stopped" && <span className="message-stopped">{t("Stopped")}</span>}
      {cost > 0 && (
        <span className="message-cost" title={t("Cost of this answer")}>
          {estimated ? t("about {count} tokens", { count: cost }) : exact}
        </span>
      )}
    </footer>
  );
}

function Answer({ message, messages, conversation, onRetry }) {
  const { id, key, text, reasoning, status, code, params } = message;
  const streaming = status === "streaming";
  return (
    <>
      {reasoning && <Reasoning text={reasoning} thinking={streaming && !text} />}
      {text && <Markdown id={key} text={text} open={streaming} />}
      {streaming && !text && !reasoning && <Typing />}
      {status === "error" && (
        <ErrorCard
          code={code}
          params={params}
          messages={messages}
          conversation={conversation}
          answer={id}
          onRetry={id ? () => onRetry(id) : undefined}
        />
      )}
      {!streaming && <Footer {...message} />}
    </>
  );
}

/** Drawn again only when its message or the language changes, however long the list is. */
export const Message = memo(function Message({ message, messages, conversation, onRetry }) {
  const t = useText();
  const { role, status, cost } = message;
  const mine = role === "user";
  return (
    <div
      role="article"
      aria-label={mine ? t("You") : t("Answer")}
      aria-busy={status === "streaming" || undefined}
      className={`message message-${role}`}
      data-role={role}
      data-status={status}
      data-cost={mine || status === "streaming" ? undefined : cost}
    >
      {mine ? (
        <div className="message-text">{message.text}</div>
      ) : (
        <Answer
          message={message}
          messages={messages}
          conversation={conversation}
          onRetry={onRetry}
        />
      )}
    </div>
  );
});
