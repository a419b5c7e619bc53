// Asks again every few seconds while somebody looks, and after a while only when they want it.
import { createElement, useEffect, useState } from "react";
import { useText } from "./i18n.js";
import { useLatest } from "./latest.js";

export function Recheck({ seconds = 3, times = 40, onRecheck }) {
  const t = useText();
  const ask = useLatest(onRecheck);
  const [asked, setAsked] = useState(0);
  const over = asked >= times;
  useEffect(() => {
    if (over) return undefined;
    const look = () => {
      if (document.hidden) return;
      setAsked((n) => n + 1);
      ask.current?.();
    };
    const timer = setInterval(look, seconds * 1000);
    document.addEventListener("visibilitychange", look);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", look);
    };
  }, [over, seconds, ask]);
  if (!over) return null;
  return createElement(
    "button",
    { type: "button", className: "button button-quiet", onClick: () => setAsked(0) },
    t("Look again"),
  );
}
