// Copies a text and says so.
import React, { useEffect, useState } from "react";
import { useText } from "./i18n.js";
import { CheckIcon, CopyIcon } from "./icons.jsx";

const SHOWN_MS = 1500;

/** The clipboard belongs to secure pages only; elsewhere the old command does it. */
async function copy(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const box = document.createElement("textarea");
  box.value = text;
  box.className = "visually-hidden";
  document.body.append(box);
  box.select();
  const copied = document.execCommand("copy");
  box.remove();
  if (!copied) throw new Error("refused");
  return undefined;
}

export function CopyButton({ text, label, className }) {
  const t = useText();
  const [result, setResult] = useState("");
  useEffect(() => {
    if (!result) return undefined;
    const timer = setTimeout(() => setResult(""), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [result]);
  const press = () =>
    copy(text).then(
      () => setResult("done"),
      () => setResult("failed"),
    );
  const said = { done: t("Copied"), failed: t("Could not copy") }[result];
  return (
    <button
      type="button"
      className={`icon-button copy-button ${className || ""}`}
      aria-label={said || label}
      title={said || label}
      data-result={result}
      onClick={press}
    >
      {result === "done" ? <CheckIcon /> : <CopyIcon />}
    </button>
  );
}
