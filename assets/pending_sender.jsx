// Sends the question that waited for tokens as soon as they are there, if the reader still waits.
import React, { useEffect, useRef } from "react";
import { Link } from "react-router";
import { beginAgain, useMessages } from "./conversations.js";
import { readDraft } from "./drafts.js";
import { useText } from "./i18n.js";
import { useLatest } from "./latest.js";
import { stopWaiting, takePending, usePending } from "./pending_question.js";

/** The conversation in the address: it is there before the server has said anything. */
const shown = () => window.location.pathname.match(/^\/c\/([^/]+)/)?.[1] ?? "";

export function PendingSender({ conversation = "", available, running, onSend }) {
  const pending = usePending();
  const messages = useMessages(conversation);
  const send = useLatest(onSend);
  const { id: lastId = "", status: lastStatus = "" } = messages[messages.length - 1] ?? {};
  const price = pending?.price ?? Infinity;
  const mine = pending !== null && pending.conversation === conversation;
  const before = useRef("");
  useEffect(() => {
    const left = before.current && before.current !== conversation;
    before.current = conversation;
    // Another chat was opened, or a new one begun; the address may follow only later.
    if (pending && (left || pending.conversation !== shown())) stopWaiting();
  }, [conversation, pending]);
  useEffect(() => {
    if (!mine || running || !lastId) return;
    if (lastId !== pending.answer) {
      // It was asked again, or something else was.
      stopWaiting();
      return;
    }
    // Until the end of the refused answer has come, it looks like one that runs.
    if (lastStatus !== "error" || !(available >= price)) return;
    const taken = takePending();
    // Whoever is writing something else does not wait for the old answer.
    if (!taken || readDraft(conversation).trim()) return;
    beginAgain(conversation, taken.answer);
    send.current?.(taken.answer);
  }, [mine, running, lastId, lastStatus, available, price, pending, conversation, send]);
  return null;
}

/** The way back to the chat whose question waits. */
export function PendingLink() {
  const t = useText();
  const pending = usePending();
  if (!pending) return null;
  return (
    <p className="pending-link">
      {t("Your question waits for tokens in its chat and is sent when you are back there.")}{" "}
      <Link to={`/c/${pending.conversation}`}>{t("Back to the chat")}</Link>
    </p>
  );
}
