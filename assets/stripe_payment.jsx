// Stripe's Payment Element and Express Checkout Element, drawn before there is a payment: the
// page asks for one when the buyer presses Pay, and the secret comes back as a prop.
import React, { useEffect, useMemo, useRef, useState } from "react";
import { loadStripe } from "@stripe/stripe-js/pure";
import {
  Elements,
  ExpressCheckoutElement,
  PaymentElement,
  useElements,
  useStripe,
} from "@stripe/react-stripe-js";
import { useLanguage, useText } from "./i18n.js";
import { WarningIcon } from "./icons.jsx";
import { useLatest } from "./latest.js";
import { useAppearance } from "./stripe_appearance.js";

const SCRIPT_MS = 20000;
const ANSWER_MS = 30000;
// Wallets have buttons of their own above the form.
const IN_FORM = { wallets: { applePay: "never", googlePay: "never" } };
const LOCALES = { en: "en", zh: "zh" };

// One Stripe for each key as long as the page lives: <Elements> forbids another one.
const loaded = new Map();

/** Runs a script that stands in for Stripe's own; it defines window.Stripe. */
function run(address) {
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = address;
    script.onload = resolve;
    script.onerror = () => {
      script.remove();
      reject(new Error("blocked"));
    };
    document.head.append(script);
  });
}

async function load(publishableKey, script) {
  if (script && !window.Stripe) await run(script);
  return loadStripe(publishableKey);
}

/** A script that is held back without an error, as some networks do, counts as blocked. */
function soon(promise) {
  return new Promise((resolve, reject) => {
    setTimeout(() => reject(new Error("timeout")), SCRIPT_MS);
    promise.then(resolve, reject);
  });
}

function stripeFor(publishableKey, script) {
  if (!loaded.has(publishableKey)) {
    const loading = soon(load(publishableKey, script));
    loaded.set(publishableKey, loading);
    loading.catch(() => loaded.delete(publishableKey));
  }
  return loaded.get(publishableKey);
}

function useStripeScript(publishableKey, script) {
  const [stripe, setStripe] = useState(null);
  const [blocked, setBlocked] = useState(false);
  const [round, setRound] = useState(0);
  useEffect(() => {
    let current = true;
    setBlocked(false);
    stripeFor(publishableKey, script).then(
      (found) => current && setStripe(found),
      () => current && setBlocked(true),
    );
    return () => {
      current = false;
    };
  }, [publishableKey, script, round]);
  return { stripe, blocked, retry: () => setRound((n) => n + 1) };
}

/** A function that asks the page for the payment's secret and waits for the answer in `intent`. */
function useSecret({ intent, onIntentNeeded }) {
  const t = useText();
  const ask = useLatest(onIntentNeeded);
  const turn = useLatest(intent?.turn ?? 0);
  const waiting = useRef(null);
  useEffect(() => {
    const asked = waiting.current;
    if (!asked || !intent || intent.turn === asked.turn) return;
    waiting.current = null;
    clearTimeout(asked.timer);
    if (intent.client_secret) asked.resolve(intent.client_secret);
    else asked.reject({ ours: true, message: t(intent.message, intent.params) });
  }, [intent, t]);
  return () =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        waiting.current = null;
        reject({ ours: true, message: t("The server could not be reached. Please try again.") });
      }, ANSWER_MS);
      waiting.current = { turn: turn.current, resolve, reject, timer };
      ask.current?.();
    });
}

// The form itself says next to its field what is missing there.
const SAID_BY_FORM = "validation_error";
const SETTLED = new Set(["succeeded", "processing", "requires_capture"]);

/** What to say of a failure; Stripe's own words where they are about the buyer's card. */
function wordsFor(error, t) {
  if (error.type === SAID_BY_FORM) return "";
  if (error.ours || error.type === "card_error") return error.message;
  if (error.code === "payment_intent_authentication_failure") {
    return t(
      "Your bank could not confirm that it is you. Nothing was charged. " +
        "Try again, or pay in another way.",
    );
  }
  // Whether it came to a payment nobody knows here; the same order is never paid twice.
  if (error.type === "api_connection_error" || error.type === "api_error") {
    return t("The payment service did not answer. Trying again is safe: nothing is paid twice.");
  }
  return t("The payment could not be made. Nothing was charged. Try again, or pay in another way.");
}

/** Pays once at a time: checks the form, gets the secret, confirms, and says how it ended. */
function usePay(props) {
  const t = useText();
  const stripe = useStripe();
  const elements = useElements();
  const secret = useSecret(props);
  const latest = useLatest(props);
  const running = useRef(false);
  const [busy, setBusy] = useState(false);
  const [message, setMessage] = useState("");

  async function attempt() {
    const checked = await elements.submit();
    if (checked.error) throw checked.error;
    const { error, paymentIntent } = await stripe.confirmPayment({
      elements,
      clientSecret: await secret(),
      redirect: "if_required",
      confirmParams: { return_url: new URL(props.returnPath, window.location.origin).href },
    });
    if (error && !SETTLED.has(error.payment_intent?.status)) throw error;
    if (error || SETTLED.has(paymentIntent.status)) return;
    throw {
      ours: true,
      message: t("The payment was not finished. Nothing was charged. You can try again."),
    };
  }

  async function pay(wallet) {
    if (!stripe || !elements || running.current) return;
    running.current = true;
    setBusy(true);
    setMessage("");
    try {
      await attempt();
      // Stays busy: the page shows how the payment stands instead of this form.
      latest.current.onConfirmed?.();
    } catch (error) {
      wallet?.paymentFailed?.({ reason: "fail" });
      setMessage(wordsFor(error, t));
      running.current = false;
      setBusy(false);
    }
  }
  return { pay, busy, message, enabled: Boolean(stripe && elements) };
}

function Alert({ children }) {
  return (
    <div role="alert">
      {children && (
        <p className="form-error">
          <WarningIcon />
          <span>{children}</span>
        </p>
      )}
    </div>
  );
}

function Skeleton() {
  return (
    <div className="pay-skeleton" aria-hidden="true">
      <span className="skeleton" />
      <span className="skeleton" />
      <span className="skeleton" />
    </div>
  );
}

/** What stands where the form could not come up, with the way to try again. */
function Unavailable({ text, onRetry, onBack }) {
  const t = useText();
  return (
    <div className="pay-form">
      <Alert>{text}</Alert>
      <div className="pay-actions">
        <button type="button" className="button button-quiet" onClick={() => onBack?.()}>
          {t("Back")}
        </button>
        <button type="button" className="button button-primary" onClick={onRetry}>
          {t("Try again")}
        </button>
      </div>
    </div>
  );
}

function Form(props) {
  const { onBack, onRetry } = props;
  const t = useText();
  const { pay, busy, message, enabled } = usePay(props);
  const [ready, setReady] = useState(false);
  const [broken, setBroken] = useState(false);
  const [wallets, setWallets] = useState(false);
  if (broken) {
    const text = t("The payment form could not be loaded. Nothing was charged.");
    return <Unavailable text={text} onRetry={onRetry} onBack={onBack} />;
  }
  const onSubmit = (event) => {
    event.preventDefault();
    pay(null);
  };
  return (
    <form className="pay-form" aria-busy={busy} onSubmit={onSubmit}>
      <div className="pay-wallets" data-shown={wallets}>
        <ExpressCheckoutElement
          onReady={(event) =>
            setWallets(Object.values(event.availablePaymentMethods || {}).some(Boolean))
          }
          onClick={(event) => event.resolve({})}
          onConfirm={pay}
        />
        <p className="pay-or">{t("or")}</p>
      </div>
      {!ready && <Skeleton />}
      <PaymentElement
        options={IN_FORM}
        onReady={() => setReady(true)}
        onLoadError={() => setBroken(true)}
      />
      <Alert>{message}</Alert>
      <div className="pay-actions">
        <button
          type="button"
          className="button button-quiet"
          disabled={busy}
          onClick={() => onBack?.()}
        >
          {t("Back")}
        </button>
        <button
          type="submit"
          className="button button-primary"
          disabled={!enabled || !ready || busy}
          data-busy={busy}
        >
          {busy && <span className="spinner" aria-hidden="true" />}
          {t("Pay Now")}
        </button>
      </div>
    </form>
  );
}

export function StripePayment(props) {
  const { publishableKey, script, amount, currency, methods, onBack } = props;
  const t = useText();
  const locale = LOCALES[useLanguage()];
  const appearance = useAppearance();
  const { stripe, blocked, retry } = useStripeScript(publishableKey, script);
  const [round, setRound] = useState(0);
  // Reflex draws often, and each new object would make Stripe draw its form again.
  const only = methods?.join() || "";
  const options = useMemo(() => {
    const shown = { mode: "payment", amount, currency, locale, appearance };
    return only ? { ...shown, allowedPaymentMethodTypes: only.split(",") } : shown;
  }, [amount, currency, locale, appearance, only]);
  if (blocked) {
    const text = t(
      "The payment form could not be loaded. A blocker or the network may hold back " +
        "js.stripe.com. Nothing was charged.",
    );
    return <Unavailable text={text} onRetry={retry} onBack={onBack} />;
  }
  if (!stripe) return <Skeleton />;
  return (
    <Elements key={`${publishableKey} ${currency} ${only} ${round}`} stripe={stripe} options={options}>
      <Form {...props} onRetry={() => setRound((n) => n + 1)} />
    </Elements>
  );
}
