// The conversation: its messages, the running answer, the scroll.
import React, { useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";
import { adopt, beginAgain, follow, promote, useMessages, withdraw } from "./conversations.js";
import { useText } from "./i18n.js";
import { ArrowDownIcon } from "./icons.jsx";
import { useLatest } from "./latest.js";
import { ErrorCard, Message } from "./message.jsx";
import { useFollowedScroll } from "./followed_scroll.js";
import { stopWaiting } from "./pending_question.js";

// Rows drawn in the first picture; earlier ones follow while the browser has nothing to do.
const ROWS_AT_ONCE = 16;

/** How many of the earliest rows are not drawn yet. */
function useEarlier(conversation, count) {
  const [state, setState] = useState({ conversation, from: null });
  const same = state.conversation === conversation && state.from !== null;
  const from = same ? Math.min(state.from, count) : Math.max(0, count - ROWS_AT_ONCE);
  useEffect(() => {
    if (count === 0) return undefined;
    if (same && state.from === 0) return undefined;
    const more = () => setState({ conversation, from: Math.max(0, from - ROWS_AT_ONCE) });
    const idle = window.requestIdleCallback ?? ((run) => setTimeout(run, 30));
    const cancel = window.cancelIdleCallback ?? clearTimeout;
    const handle = idle(more, { timeout: 200 });
    return () => cancel(handle);
  }, [conversation, count, from, same, state.from]);
  return from;
}

/** Said once when an answer begins and once when it ends, never for its pieces. */
function Announcement({ last }) {
  const t = useText();
  const seen = useRef({ key: null, status: null });
  const [said, setSaid] = useState("");
  const status = last?.role === "assistant" ? last.status : null;
  const key = last?.key ?? null;
  useEffect(() => {
    const before = seen.current;
    seen.current = { key, status };
    if (status === "streaming") setSaid("streaming");
    else if (before.key === key && before.status === "streaming") setSaid(status);
  }, [key, status]);
  const texts = {
    streaming: t("The answer is on its way"),
    done: t("The answer is complete"),
    stopped: t("The answer was stopped"),
    error: t("The answer failed"),
  };
  return (
    <div className="visually-hidden" role="status" aria-live="polite">
      {texts[said] ?? ""}
    </div>
  );
}

function Skeleton() {
  const t = useText();
  return (
    <div className="transcript-skeleton" role="status" aria-label={t("Loading the conversation")}>
      <i />
      <i />
      <i />
      <i />
    </div>
  );
}

/** Feeds the store with what the server says; refused sends are taken back. */
function useServerSide({ conversation, history, generation, refusal, onFinished }) {
  const finished = useLatest(onFinished);
  useLayoutEffect(() => {
    if (generation && !history?.length) promote(conversation);
    adopt(conversation, history);
  }, [conversation, history, generation]);
  useEffect(() => {
    follow(conversation, generation, (ended) => finished.current?.(ended));
  }, [conversation, generation, finished]);
  useEffect(() => {
    if (refusal) withdraw(conversation);
  }, [refusal, conversation]);
}

export function Transcript(props) {
  const { conversation = "", loading, messages, refusal, refusalParams, children } = props;
  const t = useText();
  const rows = useMessages(conversation);
  useServerSide(props);
  const retry = useLatest(props.onRetry);
  const onRetry = useCallback(
    (id) => {
      stopWaiting();
      beginAgain(conversation, id);
      retry.current?.(id);
    },
    [conversation, retry],
  );
  const texts = useStable(messages);
  const from = useEarlier(conversation, rows.length);
  const sent = rows.findLast((m) => m.role === "user")?.key;
  const { frame, column, away, jump } = useFollowedScroll(conversation, sent);
  const waiting = loading && rows.length === 0;
  return (
    <section className={`transcript ${props.className || ""}`} aria-label={t("Conversation")}>
      <div className="transcript-scroll" ref={frame} tabIndex={-1}>
        <div className="transcript-column" ref={column} data-empty={rows.length === 0}>
          {waiting && <Skeleton />}
          {!waiting && rows.length === 0 && children}
          {rows.slice(from).map((m) => (
            <Message
              key={m.key}
              message={m}
              messages={texts}
              conversation={conversation}
              onRetry={onRetry}
            />
          ))}
          {refusal && <ErrorCard code={refusal} params={refusalParams} messages={texts} />}
        </div>
      </div>
      {away && (
        <button type="button" className="jump-to-latest" onClick={jump}>
          <ArrowDownIcon />
          {t("Jump to latest")}
        </button>
      )}
      <Announcement last={rows[rows.length - 1]} />
    </section>
  );
}

/** Reflex builds literal objects anew on each render: keep the first of equal ones. */
function useStable(value) {
  const kept = useRef(value);
  if (JSON.stringify(kept.current) !== JSON.stringify(value)) kept.current = value;
  return kept.current;
}
