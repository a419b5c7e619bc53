// A shop as small as can be: a form of Stripe's, a button, and what came of it.
const at = new URLSearchParams(location.search);
const say = (text) => (document.getElementById("outcome").textContent = text);
const returned = at.get("redirect_status");
if (returned) say(`returned ${returned} ${at.get("order")} ${at.get("payment_intent")}`);
else begin();

function begin() {
  const stripe = window.Stripe("pk_test_shop");
  const appearance = { theme: at.get("theme") ?? "stripe", variables: { borderRadius: "4px" } };
  const look = { locale: at.get("locale") ?? "en", appearance };
  const secret = at.get("secret");
  const deferred = { mode: "payment", amount: 1000, currency: "cny" };
  const elements = stripe.elements(secret ? { clientSecret: secret, ...look } : { ...deferred, ...look });
  const payment = elements.create("payment");
  payment.on("ready", () => (document.body.dataset.ready = "true"));
  payment.on("change", (event) => (document.body.dataset.complete = event.complete));
  payment.mount("#payment");
  const express = elements.create("expressCheckout");
  express.on("click", (event) => event.resolve({}));
  express.on("confirm", () => pay());
  express.mount("#express");

  async function pay() {
    say("paying");
    const checked = await elements.submit();
    if (checked.error) return say(`invalid ${checked.error.code}`);
    const clientSecret = secret ?? (await (await fetch("/order", { method: "POST" })).text());
    const confirmParams = { return_url: `${location.origin}/?order=7` };
    const call = { elements, clientSecret, confirmParams, redirect: "if_required" };
    const { error, paymentIntent } = await stripe.confirmPayment(call);
    say(error ? `error ${error.code} ${error.message}` : paymentIntent.status);
  }

  document.querySelector("form").addEventListener("submit", (event) => {
    event.preventDefault();
    pay();
  });
  window.shop = { stripe, elements };
}
