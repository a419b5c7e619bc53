// Stripe itself: what a page calls.

const VERSION = "endive";
// Milliseconds between two looks at an intent whose code is on the screen.
const POLL = 500;

/** Do what an intent waits for, with the buyer, and return it as it is then. */
async function act(intent, secret, key, options) {
  const action = intent.next_action;
  const text = words(options.locale);
  const now = () => ask("GET", `/payment_intents/${intent.id}`, { key, client_secret: secret });
  const answer = (ok) =>
    ask("POST", `/payment_intents/${intent.id}/_authenticate`, { key, client_secret: secret, ok });
  if (!action) return intent;
  if (action.type === "use_stripe_sdk") {
    const content = [element("p", {}, text.challenge), element("p", { class: "note" }, text.standin)];
    const choices = [
      [text.complete, true],
      [text.fail, false],
    ];
    return answer(await askBuyer("3D Secure", options.appearance, content, choices).answered);
  }
  if (action.type === "wechat_pay_display_qr_code") {
    const code = action.wechat_pay_display_qr_code.data;
    const content = [picture(code, text.code), element("p", { class: "note" }, text.standin)];
    const choices = [
      [text.simulate, "scan"],
      [text.close, "close"],
    ];
    const shown = askBuyer(text.wechat_pay, options.appearance, content, choices);
    const timer = setInterval(async () => {
      const { status } = await now();
      if (status && status !== "requires_action") shown.close("done");
    }, POLL);
    const answered = await shown.answered;
    clearInterval(timer);
    return answered === "scan" ? answer(true) : now();
  }
  window.location.assign(action[action.type].url);
  return new Promise(() => {});
}

function outcome(intent, locale) {
  if (intent.error) return { error: inLanguage(intent.error, locale) };
  if (intent.status === "requires_payment_method") {
    const error = { ...intent.last_payment_error, payment_intent: intent };
    return { error: inLanguage(error, locale) };
  }
  return { paymentIntent: intent };
}

/** Return why an intent is not the one that the form was drawn for, or null. */
async function mismatch(secret, key, { amount, currency }) {
  const values = { key, client_secret: secret };
  const intent = await ask("GET", `/payment_intents/${idOf(secret)}`, values);
  if (intent.error) return intent.error;
  if (intent.amount === amount && intent.currency === currency) return null;
  const message =
    `The PaymentIntent (${intent.amount} ${intent.currency}) does not match ` +
    `Elements (${amount} ${currency}).`;
  return { type: "invalid_request_error", code: "deferred_intent_mismatch", message };
}

function checkCall(elements, clientSecret, confirmParams) {
  if (!(elements instanceof Elements)) refuse("Missing required parameter: elements.");
  const { mode } = elements.options;
  if (mode && !elements.submitted) {
    refuse("You must call elements.submit() before calling stripe.confirmPayment().");
  }
  if (mode && !clientSecret) {
    refuse("clientSecret is required when Elements was created without one.");
  }
  if (!/^https?:\/\//.test(confirmParams.return_url || "")) {
    refuse("confirmParams.return_url must be a full URL.");
  }
  if (!elements.created.payment && !elements.created.expressCheckout) {
    refuse("elements should have a mounted Payment Element or Express Checkout Element.");
  }
}

async function confirmPayment(key, { elements, clientSecret, confirmParams = {}, redirect }) {
  checkCall(elements, clientSecret, confirmParams);
  const { options } = elements;
  const secret = clientSecret || options.clientSecret;
  const wrong = options.mode
    ? await mismatch(secret, key, options)
    : (await elements.submit()).error;
  if (wrong) return { error: wrong };
  const confirming = { key, client_secret: secret, return_url: confirmParams.return_url };
  confirming.use_stripe_sdk = true;
  confirming.payment_method_data = elements.data();
  elements.wallet = "";
  const intent = await ask("POST", `/payment_intents/${idOf(secret)}/confirm`, confirming);
  if (intent.error) return outcome(intent, options.locale);
  const done = outcome(await act(intent, secret, key, options), options.locale);
  if (done.error || redirect === "if_required") return done;
  const back = new URL(confirmParams.return_url);
  back.searchParams.set("payment_intent", idOf(secret));
  back.searchParams.set("payment_intent_client_secret", secret);
  back.searchParams.set("redirect_status", done.paymentIntent.status);
  window.location.assign(back);
  return new Promise(() => {});
}

function Stripe(key, { locale } = {}) {
  if (typeof key !== "string" || !key) {
    refuse("Please call Stripe() with your publishable key. You used an empty string.");
  }
  if (/^(sk|rk)_/.test(key)) {
    refuse("You should not use your secret key with Stripe.js. Please pass a publishable key.");
  }
  (window.__stripeKeys ||= []).push(key);
  const retrieve = (secret) =>
    ask("GET", `/payment_intents/${idOf(secret)}`, { key, client_secret: secret });
  const missing = (name) => async () => refuse(`The stand-in has no ${name}.`);
  return {
    elements: (options = {}) => new Elements(key, { locale, ...options }),
    confirmPayment: (given) => confirmPayment(key, given),
    retrievePaymentIntent: async (secret) => {
      const intent = await retrieve(secret);
      return intent.error ? { error: intent.error } : { paymentIntent: intent };
    },
    handleNextAction: async ({ clientSecret }) => {
      const intent = await retrieve(clientSecret);
      if (intent.error) return { error: intent.error };
      return outcome(await act(intent, clientSecret, key, { locale }), locale);
    },
    // react-stripe-js asks whether these are there.
    createToken: missing("createToken"),
    createPaymentMethod: missing("createPaymentMethod"),
    confirmCardPayment: missing("confirmCardPayment"),
    registerAppInfo() {},
    _registerWrapper() {},
  };
}

Stripe.version = VERSION;
window.Stripe = Stripe;
