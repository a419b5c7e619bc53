// The reader's language: translation happens here, so that a switch shows at once.
import { useCallback, useSyncExternalStore } from "react";
import { catalog } from "./catalog.js";

const KEY = "gptchina.language";
const TAGS = { en: "en", zh: "zh-CN" };
const listeners = new Set();
const grouped = new Intl.NumberFormat("en-US");
const compact = new Intl.NumberFormat("en-US", { notation: "compact", maximumFractionDigits: 2 });

let language = preferred();
let rendered = false;

function preferred() {
  if (typeof window === "undefined") return "en";
  try {
    const kept = window.localStorage.getItem(KEY);
    if (kept in TAGS) return kept;
  } catch {
    // Storage may be forbidden; the browser's own language still counts.
  }
  return /^zh\b/i.test(window.navigator.language || "") ? "zh" : "en";
}

function change(next) {
  if (!(next in TAGS) || next === language) return;
  language = next;
  markDocument();
  for (const listener of listeners) listener();
}

function markDocument() {
  if (typeof document === "undefined") return;
  document.documentElement.lang = TAGS[language];
}

if (typeof window !== "undefined") {
  window.addEventListener("storage", (event) => {
    if (event.key === KEY) change(event.newValue || "");
  });
}

export const getLanguage = () => language;

export function setLanguage(next) {
  if (!(next in TAGS)) return;
  try {
    window.localStorage.setItem(KEY, next);
  } catch {
    // Not remembered, but switched.
  }
  change(next);
}

function subscribe(listener) {
  listeners.add(listener);
  if (!rendered) {
    // The prerendered page is English; theme.js hides it from others until the text is theirs.
    rendered = true;
    markDocument();
    requestAnimationFrame(() => document.documentElement.removeAttribute("data-text"));
  }
  return () => listeners.delete(listener);
}

export const useLanguage = () => useSyncExternalStore(subscribe, getLanguage, () => "en");

/** Write a whole number of tokens in full: 1,250,000. */
export const formatTokens = (amount) => (Number.isFinite(amount) ? grouped.format(amount) : "");

/** Write a whole number of tokens in short: 1.25M. */
export const formatTokensShort = (amount) =>
  Number.isFinite(amount) ? compact.format(amount) : "";

/** Translate an English text; {name} takes params[name], whole numbers grouped. */
export function translate(lang, msgid, params) {
  const text = catalog[lang]?.[msgid] || msgid || "";
  if (!params) return text;
  return text.replace(/\{(\w+)\}/g, (whole, name) => {
    const value = params[name];
    if (value === undefined || value === null) return whole;
    return typeof value === "number" ? formatTokens(value) : String(value);
  });
}

/** The function t(msgid, params) in the reader's language, for components written here. */
export function useText() {
  const lang = useLanguage();
  return useCallback((msgid, params) => translate(lang, msgid, params), [lang]);
}
