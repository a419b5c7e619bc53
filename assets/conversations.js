// The messages of each conversation, owned by the browser: kept outside the components, so that
// a change of page loses no text, and changed at most once per animation frame while one streams.
import { useSyncExternalStore } from "react";
import { followGeneration } from "./follower.js";
import { pacedPaint } from "./paced_paint.js";

// A send that nobody answered after so long does not lock the composer any more.
const SENDING_MS = 15000;
const NONE = Object.freeze([]);
const CONVERSATIONS_KEPT = 30;

const conversations = new Map(); // id -> {messages, sending, adopted}
const listeners = new Set();
const live = new Map(); // generation -> {conversation, key, text, reasoning, dirty, end}
const ended = new Set(); // generations seen to their end, or lost
const promoted = new Set(); // ids of conversations that began here
let adoptedLast = null;
let nextKey = 0;

const newKey = () => `m${nextKey++}`;

function conversationOf(id) {
  let found = conversations.get(id);
  if (!found) {
    found = { messages: NONE, sending: null, adopted: null };
    conversations.set(id, found);
    forgetOldest();
  }
  return found;
}

function forgetOldest() {
  const busy = new Set([...live.values()].map((answer) => answer.conversation));
  for (const [id, held] of conversations) {
    if (conversations.size <= CONVERSATIONS_KEPT) return;
    if (!busy.has(id) && !held.sending) conversations.delete(id);
  }
}

const notify = () => listeners.forEach((listener) => listener());

function put(id, messages) {
  conversationOf(id).messages = messages;
}

/** Replace fields of the messages that `matches`; the others keep their identity. */
function change(id, matches, fields) {
  put(
    id,
    conversationOf(id).messages.map((m) => (matches(m) ? { ...m, ...fields } : m)),
  );
}

const ANSWER = {
  role: "assistant",
  text: "",
  reasoning: "",
  status: "streaming",
  code: "",
  params: {},
  cost: 0,
  estimated: false,
};

function subscribe(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export const useMessages = (id) =>
  useSyncExternalStore(
    subscribe,
    () => conversations.get(id)?.messages ?? NONE,
    () => NONE,
  );

export const wasNew = (id) => promoted.has(id) || Boolean(id && conversations.get("")?.sending);

function isSending(id) {
  const sending = conversations.get(id)?.sending;
  return Boolean(sending) && performance.now() - sending.at < SENDING_MS;
}

/** Whether a message of the conversation waits for the server to take it. */
export const useSending = (id) => useSyncExternalStore(subscribe, () => isSending(id), () => false);

/** The reader sent `text`: show it and the coming answer before the server has heard of it. */
export function begin(id, text) {
  const held = conversationOf(id);
  const user = { key: newKey(), id: "", role: "user", text, status: "done" };
  const answer = { ...ANSWER, key: newKey(), id: "" };
  const sending = { at: performance.now(), text, keys: [user.key, answer.key] };
  held.sending = sending;
  put(id, [...held.messages, user, answer]);
  // Draws the composer again once it may send, should no answer come.
  setTimeout(() => held.sending === sending && notify(), SENDING_MS + 100);
  notify();
}

/** The reader wants the failed answer `messageId` again. */
export function beginAgain(id, messageId) {
  const held = conversationOf(id);
  const before = held.messages.find((m) => m.id === messageId);
  if (!before) return;
  held.sending = { at: performance.now(), keys: [before.key], before };
  change(id, (m) => m.key === before.key, { ...ANSWER, again: true });
  notify();
}

/** The server refused: take back what `begin` or `beginAgain` showed. */
export function withdraw(id) {
  const held = conversations.get(id);
  if (!held?.sending) return;
  const { keys, before } = held.sending;
  held.sending = null;
  const left = before
    ? held.messages.map((m) => (m.key === before.key ? before : m))
    : held.messages.filter((m) => !keys.includes(m.key));
  put(id, left);
  notify();
}

/** The new chat of this page has got its id. */
export function promote(id) {
  const fresh = conversations.get("");
  if (!id || !fresh?.sending || conversations.get(id)?.messages.length) return;
  conversations.delete("");
  conversations.set(id, fresh);
  promoted.add(id);
  if (window.location.pathname === "/") {
    // The chat gets its address without a navigation, which would draw the page anew.
    window.history.replaceState(window.history.state, "", `/c/${id}`);
  }
  notify();
}

/** Take over what the server sent when the conversation was opened. */
export function adopt(id, history) {
  const held = conversationOf(id);
  if (!history?.length || history === held.adopted) return;
  // The list of the conversation shown before arrives once more when only the id has changed.
  if (history === adoptedLast?.history && adoptedLast.id !== id) return;
  held.adopted = history;
  adoptedLast = { id, history };
  const mine = new Map(held.messages.map((m) => [m.id, m]));
  const keys = keysOfSending(held, history, mine);
  const taken = history.map((m) => {
    const own = mine.get(m.id);
    if (own && keepsOwn(own, m)) return own;
    return { ...m, key: own?.key ?? keys.get(m.id) ?? newKey() };
  });
  const known = new Set(history.map((m) => m.id));
  const unsaved = held.messages.filter(
    (m) => held.sending?.keys.includes(m.key) || (live.has(m.id) && !known.has(m.id)),
  );
  put(id, [...taken, ...unsaved.filter((m) => !known.has(m.id))]);
  notify();
}

/** The list holds the message on its way already: its rows go on as the server's. */
function keysOfSending(held, history, mine) {
  const keys = new Map();
  const { sending } = held;
  if (!sending || sending.before) return keys;
  const at = history.findLastIndex((m) => m.role === "user" && m.text === sending.text);
  if (at < history.length - 2 || mine.has(history[at].id)) return keys;
  history.slice(at).forEach((m, i) => keys.set(m.id, sending.keys[i]));
  held.sending = null;
  return keys;
}

/** Whether the message here is newer than the server's copy of it. */
function keepsOwn(own, theirs) {
  if (own.lost) return false;
  if (live.has(own.id)) return theirs.status === "streaming";
  return theirs.status === "streaming" || (own.status === theirs.status && own.text === theirs.text);
}

/** The first frame: which question is answered, by which message. */
function onHead(generation, given, head) {
  const answer = live.get(generation);
  const id = head.conversation || given;
  if (given === "" || !conversations.get(id)?.messages.length) promote(id);
  const held = conversationOf(id);
  const sending = held.sending;
  held.sending = null;
  answer.conversation = id;
  let messages = held.messages;
  const present = messages.find((m) => m.id === generation);
  if (present) {
    answer.key = present.key;
    if (present.status !== "streaming") messages = settle(messages, present.key, { ...ANSWER });
  } else if (sending && (sending.before || sending.text === head.user?.text)) {
    answer.key = sending.keys[sending.keys.length - 1];
    messages = messages.map((m) => {
      if (m.key === answer.key) return { ...m, id: generation, model: head.model };
      return m.key === sending.keys[0] ? { ...m, id: head.user?.id ?? "" } : m;
    });
  } else {
    messages = withQuestion(messages, head.user, sending);
    answer.key = newKey();
    messages = [...messages, { ...ANSWER, key: answer.key, id: generation, model: head.model }];
  }
  put(id, messages);
  painting.soon();
}

const settle = (messages, key, fields) =>
  messages.map((m) => (m.key === key ? { ...m, ...fields } : m));

/** A turn begun elsewhere: its question at the end, and no older answer to it after that. */
function withQuestion(messages, user, sending) {
  const own = messages.filter((m) => !sending?.keys.includes(m.key));
  if (!user) return own;
  const at = own.findIndex((m) => m.id === user.id);
  if (at >= 0) return own.slice(0, at + 1);
  return [...own, { key: newKey(), id: user.id, role: "user", text: user.text, status: "done" }];
}

// So much of a text that came in one piece is drawn at a time: a long answer that is caught up
// with must not hold the page still.
const SLICE = 1000;

const painting = pacedPaint(() => {
  for (const [generation, answer] of live) if (answer.dirty) apply(generation, answer);
}, notify);

/** Move the next part of what the socket brought into its message, or its end. */
function apply(generation, answer) {
  const { conversation, text, reasoning, end } = answer;
  const message = conversationOf(conversation).messages.find((m) => m.id === generation);
  const before = message?.text ?? "";
  // What was saved may be ahead of a replay that has just begun.
  const behind = text.length < before.length || reasoning.length < (message?.reasoning ?? "").length;
  const shown = text.startsWith(before) ? before.length : 0;
  const upTo = document.hidden || behind ? text.length : endOfSlice(text, shown + SLICE);
  answer.dirty = upTo < text.length;
  const ending = end && !answer.dirty;
  const fields = { ...(behind ? null : { text: text.slice(0, upTo), reasoning }) };
  change(conversation, (m) => m.id === generation, ending ? { ...fields, ...end } : fields);
  if (ending) live.delete(generation);
  if (answer.dirty) painting.soon();
}

/** An offset at or before `wanted` + 1 that does not part a character of two units. */
function endOfSlice(text, wanted) {
  if (wanted >= text.length) return text.length;
  return /[\ud800-\udbff]/.test(text[wanted - 1]) ? wanted + 1 : wanted;
}

/** Nothing more comes: `end` is the rest of the message once its text is drawn. */
function finish(generation, end) {
  const answer = live.get(generation);
  ended.add(generation);
  const held = conversationOf(answer.conversation);
  if (!answer.key && held.sending) {
    // Gone before its first frame: the waiting row is the one that failed.
    const key = held.sending.keys[held.sending.keys.length - 1];
    held.sending = null;
    change(answer.conversation, (m) => m.key === key, { id: generation });
  }
  answer.end = end;
  answer.dirty = true;
  painting.atOnce();
}

/**
 * Follow a running turn to its end, once, wherever the reader goes meanwhile.
 * `onFinished(generation)` is asked for when the end is seen, so it can be the newest one.
 */
export function follow(id, generation, onFinished) {
  if (!generation || live.has(generation) || ended.has(generation)) return;
  if (conversationOf(id).messages.some((m) => m.id === generation && m.status !== "streaming")) {
    return;
  }
  const answer = { conversation: id, key: "", text: "", reasoning: "", dirty: false, end: null };
  live.set(generation, answer);
  const grow = (field) => (piece) => {
    answer[field] += piece;
    answer.dirty = true;
    painting.soon();
  };
  followGeneration(generation, {
    onHead: (head) => onHead(generation, id, head),
    onText: grow("text"),
    onReasoning: grow("reasoning"),
    onEnd: ({ status, code, params, cost, estimated }) => {
      finish(generation, { status, code: code ?? "", params: params ?? {}, cost, estimated });
      onFinished(generation);
    },
    onLost: () => {
      finish(generation, { status: "error", code: "turn_lost", lost: true });
      onFinished(generation);
    },
  });
}
