// The wish to buy tokens, from wherever on the page; the purchase dialog listens.
export function openPurchase() {
  window.dispatchEvent(new CustomEvent("gptchina:buy"));
}
