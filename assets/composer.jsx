// The box where a message is written.
import React, { useEffect, useLayoutEffect, useRef, useState } from "react";
import { begin, useSending, wasNew, withdraw } from "./conversations.js";
import { dropDraft, flushDraft, keepDraft, readDraft } from "./drafts.js";
import { useText } from "./i18n.js";
import { ArrowUpIcon, StopIcon } from "./icons.jsx";
import { stopWaiting } from "./pending_question.js";

const LONGEST = 100000;
const NEARLY_FULL = 0.9 * LONGEST;
// The second click of a double click on Send must not stop what it sent.
const STOP_AFTER_MS = 500;

const boxes = new Set();
const touch = () => window.matchMedia("(pointer: coarse)").matches;

/** Put a text into the composer of the page, with the cursor behind it. */
export function fillComposer(text) {
  for (const fill of boxes) fill(text);
}

/** Grow with the text, up to the height that the style sheet allows. */
function useHeight(ref, text) {
  useLayoutEffect(() => {
    const box = ref.current;
    box.style.height = "auto";
    box.style.height = `${box.scrollHeight}px`;
  }, [ref, text]);
}

/** The text in the box; a draft of its own for each conversation. */
function useDraft(conversation) {
  const [text, setText] = useState("");
  const shown = useRef(null);
  useLayoutEffect(() => {
    const before = shown.current;
    shown.current = conversation;
    // A new chat got its id while the next message was being written: the text goes along.
    const typed = before === "" && wasNew(conversation) ? readDraft("") : "";
    if (typed) {
      dropDraft("");
      keepDraft(conversation, typed);
    }
    setText(readDraft(conversation));
    return flushDraft;
  }, [conversation]);
  const change = (next) => {
    setText(next);
    keepDraft(conversation, next);
  };
  return [text, change];
}

/** A refused text comes back, before what was typed meanwhile. */
function useReturned(returnedDraft, conversation, text, change) {
  const known = useRef("");
  useEffect(() => {
    if (returnedDraft === known.current) return;
    known.current = returnedDraft;
    if (!returnedDraft) return;
    withdraw(conversation);
    if (text.startsWith(returnedDraft)) return;
    change(text ? `${returnedDraft}\n\n${text}` : returnedDraft);
  });
}

export function Composer(props) {
  const { conversation = "", running, returnedDraft = "", disabled, onSend, onStop } = props;
  const t = useText();
  const box = useRef(null);
  const [text, change] = useDraft(conversation);
  useHeight(box, text);
  useReturned(returnedDraft, conversation, text, change);

  useEffect(() => {
    const fill = (filled) => {
      change(filled);
      box.current.focus();
    };
    boxes.add(fill);
    return () => boxes.delete(fill);
  });
  useEffect(() => {
    if (!touch()) box.current.focus({ preventScroll: true });
  }, [conversation]);

  const sending = useSending(conversation);
  const message = text.trim();
  const over = text.length > NEARLY_FULL ? [...message].length - LONGEST : -1;
  const free = !disabled && !running && !sending;
  const sendable = Boolean(message) && over <= 0 && free;
  const send = () => {
    if (!sendable) return;
    stopWaiting();
    begin(conversation, message);
    change("");
    dropDraft(conversation);
    onSend?.(message);
    if (!touch()) box.current.focus();
  };
  const onKeyDown = (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.altKey) return;
    // Enter that ends the choice of a character belongs to the input method.
    if (event.nativeEvent.isComposing || event.keyCode === 229) return;
    if (touch() && !event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    send();
  };

  return (
    <form
      className={`composer ${props.className || ""}`}
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <textarea
        ref={box}
        className="composer-text"
        rows={1}
        value={text}
        aria-invalid={over > 0 || undefined}
        enterKeyHint={typeof window !== "undefined" && touch() ? "enter" : "send"}
        aria-label={t("Message")}
        placeholder={t("Ask anything")}
        onChange={(event) => change(event.target.value)}
        onKeyDown={onKeyDown}
      />
      <div className="composer-row">
        <div className="composer-tools">{props.children}</div>
        {text.length > NEARLY_FULL && (
          <span className="composer-count" role="status" data-over={over > 0}>
            {over > 0
              ? t("{count} characters too many", { count: over })
              : t("{count} characters left", { count: -over })}
          </span>
        )}
        <SendOrStop running={running} sendable={sendable} onStop={onStop} t={t} />
      </div>
    </form>
  );
}

/** One button in one place: what it does changes, its size and the focus do not. */
function SendOrStop({ running, sendable, onStop, t }) {
  const since = useRef(0);
  useEffect(() => {
    since.current = performance.now();
  }, [running]);
  const stop = (event) => {
    if (!running) return;
    event.preventDefault();
    const second = event.detail > 1 && performance.now() - since.current < STOP_AFTER_MS;
    if (!second) onStop?.();
  };
  return (
    <button
      type={running ? "button" : "submit"}
      className={`composer-send ${running ? "composer-stop" : ""}`}
      aria-label={running ? t("Stop") : t("Send")}
      title={running ? t("Stop") : t("Send")}
      disabled={!running && !sendable}
      onClick={stop}
    >
      {running ? <StopIcon /> : <ArrowUpIcon />}
    </button>
  );
}

export function PromptButton({ text, children, onClick, ...rest }) {
  const press = (event) => {
    fillComposer(text);
    onClick?.(event);
  };
  return (
    <button type="button" {...rest} onClick={press}>
      {children ?? text}
    </button>
  );
}
