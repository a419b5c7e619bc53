// The way back from a page of a bank or a wallet: what it hangs on the address is taken off.
import { useEffect } from "react";
import { useLatest } from "./latest.js";

const STRIPE = [
  "payment_intent",
  "payment_intent_client_secret",
  "redirect_status",
  "source_type",
  "source_redirect_slug",
];
const OURS = "payment";

/** The payment that the address names; it is gone from there, and from the history, after. */
function take() {
  if (typeof window === "undefined") return "";
  const url = new URL(window.location.href);
  const reference = url.searchParams.get("payment_intent") || url.searchParams.get(OURS) || "";
  const before = url.search;
  for (const name of [...STRIPE, OURS]) url.searchParams.delete(name);
  if (url.search !== before) window.history.replaceState(window.history.state, "", url);
  return reference;
}

// Before anything else on the page sees the address: the router, the server, a log.
let reference = take();

export function PaymentReturn({ onReturned }) {
  const tell = useLatest(onReturned);
  useEffect(() => {
    const found = reference || take();
    reference = "";
    if (found) tell.current?.(found);
  }, [tell]);
  return null;
}
