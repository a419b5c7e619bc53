// What was typed and not sent, by conversation; survives a reload and a closed tab.
const PREFIX = "gptchina.draft.";
const DELAY_MS = 250;

let waiting = null; // {conversation, text, timer}

function write(conversation, text) {
  try {
    if (text) window.localStorage.setItem(PREFIX + conversation, text);
    else window.localStorage.removeItem(PREFIX + conversation);
  } catch {
    // Storage is full or forbidden: the text is still in the box.
  }
}

export function flushDraft() {
  if (!waiting) return;
  clearTimeout(waiting.timer);
  write(waiting.conversation, waiting.text);
  waiting = null;
}

/** Keep a draft soon: not at every key, and at once when the page goes. */
export function keepDraft(conversation, text) {
  if (waiting && waiting.conversation !== conversation) flushDraft();
  clearTimeout(waiting?.timer);
  waiting = { conversation, text, timer: setTimeout(flushDraft, DELAY_MS) };
}

export function dropDraft(conversation) {
  keepDraft(conversation, "");
  flushDraft();
}

export function readDraft(conversation) {
  if (waiting?.conversation === conversation) return waiting.text;
  try {
    return window.localStorage.getItem(PREFIX + conversation) || "";
  } catch {
    return "";
  }
}

if (typeof window !== "undefined") window.addEventListener("pagehide", flushDraft);
