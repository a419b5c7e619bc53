// The claim button: counts down by the server's clock and becomes ready by itself.
import React, { useEffect, useState } from "react";
import { useText } from "./i18n.js";
import { GiftIcon } from "./icons.jsx";
import { useLatest } from "./latest.js";

// More than this between the two clocks means sleep, or that somebody set the clock.
const DRIFT_MS = 2000;

// When each server time was first seen, on the clock that nobody can set. Kept outside the
// component, so that the countdown goes on where it was after a change of page.
const seen = new Map();

function anchorOf(serverTime) {
  if (!seen.has(serverTime)) {
    if (seen.size > 20) seen.clear();
    seen.set(serverTime, { ticks: performance.now(), date: Date.now() });
  }
  return seen.get(serverTime);
}

/** Milliseconds until the claim is possible, 0 when it is. */
function remaining(claimAt, serverTime) {
  if (!claimAt) return 0;
  const wait = Date.parse(claimAt) - Date.parse(serverTime || new Date().toISOString());
  if (!Number.isFinite(wait)) return 0;
  return Math.max(0, wait - (performance.now() - anchorOf(serverTime).ticks));
}

function countdown(milliseconds) {
  const seconds = Math.ceil(milliseconds / 1000);
  return `${Math.floor(seconds / 3600)}h ${Math.floor(seconds / 60) % 60}m ${seconds % 60}s`;
}

/** The time left, counted again at each second's turn; asks anew after sleep or a set clock. */
function useRemaining(claimAt, serverTime, onRecheck) {
  const [, tick] = useState(0);
  const latest = useLatest(onRecheck);
  useEffect(() => {
    if (!claimAt) return undefined;
    let timer = 0;
    const anchor = anchorOf(serverTime);
    let drift = Date.now() - anchor.date - (performance.now() - anchor.ticks);
    const step = () => {
      const drifted = Date.now() - anchor.date - (performance.now() - anchor.ticks);
      if (Math.abs(drifted - drift) > DRIFT_MS) {
        drift = drifted;
        latest.current?.();
      }
      tick((n) => n + 1);
      const left = remaining(claimAt, serverTime);
      clearTimeout(timer);
      if (left > 0) timer = setTimeout(step, left % 1000 || 1000);
    };
    const onVisible = () => !document.hidden && step();
    document.addEventListener("visibilitychange", onVisible);
    step();
    return () => {
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", onVisible);
    };
  }, [claimAt, serverTime, latest]);
  return remaining(claimAt, serverTime);
}

export function ClaimButton(props) {
  const { claimAt, serverTime, amount, claiming, collapsed, onClaim, onRecheck, className } = props;
  const t = useText();
  // Pages are built without a clock or an account: the first picture is the waiting one.
  const [live, setLive] = useState(false);
  useEffect(() => setLive(true), []);
  const left = useRemaining(claimAt, serverTime, onRecheck);
  const known = live && Boolean(serverTime);
  const ready = known && left <= 0;
  const text = !known
    ? ""
    : ready
      ? t("Claim {amount} Tokens", { amount })
      : t("Claim in {time}", { time: countdown(left) });
  return (
    <button
      type="button"
      className={`claim ${ready ? "claim-ready" : "claim-waiting"} ${className || ""}`}
      data-collapsed={Boolean(collapsed)}
      disabled={!ready || claiming}
      aria-busy={Boolean(claiming)}
      aria-label={text || t("Free tokens")}
      title={collapsed ? text : undefined}
      onClick={() => ready && !claiming && onClaim?.()}
    >
      {collapsed ? <GiftIcon /> : <span className="claim-text">{text || "\u00a0"}</span>}
    </button>
  );
}
