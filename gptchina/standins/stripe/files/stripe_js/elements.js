// The Payment Element and the Express Checkout Element, and the group they belong to.

class Base {
  constructor(type, options, group) {
    Object.assign(this, { type, options, group, listeners: {}, loads: 0, host: null });
  }

  on(name, listener) {
    (this.listeners[name] ||= []).push(listener);
    return this;
  }

  once(name, listener) {
    const both = (event) => {
      this.off(name, both);
      listener(event);
    };
    return this.on(name, both);
  }

  off(name, listener) {
    this.listeners[name] = (this.listeners[name] || []).filter((each) => each !== listener);
    return this;
  }

  fire(name, event = {}) {
    for (const listener of this.listeners[name] || []) {
      listener({ elementType: this.type, ...event });
    }
  }

  mount(target) {
    const place = typeof target === "string" ? document.querySelector(target) : target;
    if (!(place instanceof HTMLElement)) {
      refuse("Invalid DOM element. Call mount with a valid DOM element or selector.");
    }
    if (!place.isConnected) refuse("The element is not in the document.");
    [this.host, this.root] = island(this.group.options.appearance);
    place.replaceChildren(this.host);
    this.fire("loaderstart");
    this.load();
  }

  async load() {
    const turn = ++this.loads;
    const session = await this.group.session();
    if (turn !== this.loads || !this.host) return;
    if (session.error) {
      this.fire("loaderror", { error: session.error });
      return;
    }
    dress(this.host, this.group.options.appearance);
    this.draw(session.payment_method_preference.ordered_payment_method_types);
    this.host.dataset.amount = this.group.options.amount ?? "";
    this.ready();
  }

  unmount() {
    this.host?.remove();
    this.host = null;
  }

  destroy() {
    this.unmount();
    delete this.group.created[this.type];
  }

  update(options) {
    Object.assign(this.options, options);
    return this;
  }

  blur() {}
  clear() {}
  collapse() {}
  focus() {}
}

class PaymentElement extends Base {
  get text() {
    return words(this.group.options.locale);
  }

  draw(types) {
    const drawn = `${types} ${this.group.options.locale}`;
    // A new amount leaves alone what was typed.
    if (this.drawn === drawn && this.root.childElementCount) return;
    this.drawn = drawn;
    this.method = types.includes(this.method) ? this.method : types[0];
    this.panel = element("div", { role: "tabpanel", id: "panel" });
    const tab = (type) =>
      element(
        "button",
        {
          type: "button",
          role: "tab",
          "aria-controls": "panel",
          "data-method": type,
          click: () => this.choose(type),
          keydown: (event) => this.step(event),
        },
        this.text[type],
      );
    this.tabs = types.map(tab);
    const list = { role: "tablist", "aria-label": this.text.methods };
    this.root.replaceChildren(
      ...(types.length > 1 ? [element("div", list, ...this.tabs)] : []),
      this.panel,
      element("p", { class: "note" }, this.text.standin),
    );
    this.choose(this.method);
  }

  step(event) {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!by) return;
    const at = this.tabs.indexOf(event.currentTarget);
    const next = this.tabs.at((at + by) % this.tabs.length);
    next.focus();
    next.click();
  }

  choose(type) {
    this.method = type;
    for (const tab of this.tabs) {
      const selected = tab.dataset.method === type;
      tab.setAttribute("aria-selected", selected);
      tab.tabIndex = selected ? 0 : -1;
    }
    this.card = null;
    if (type === "card") {
      const entered = () => this.host.closest("form")?.requestSubmit();
      this.card = cardForm(this.text, () => this.changed(), entered);
      const hint = element("p", { class: "note" }, this.text.hint);
      this.panel.replaceChildren(this.card.view, hint);
    } else {
      const sent = { alipay: "redirect", crypto: "redirect", wechat_pay: "scan" };
      this.panel.replaceChildren(element("p", {}, this.text[sent[type] ?? "at_once"]));
    }
    this.changed();
  }

  changed() {
    const complete = this.card ? this.card.complete() : true;
    const empty = this.card ? this.card.empty() : false;
    this.fire("change", { empty, complete, collapsed: false, value: { type: this.method } });
  }

  ready() {
    this.fire("ready");
  }

  focus() {
    this.card?.focus();
  }

  check() {
    const code = this.card?.check();
    if (!code) return null;
    return { type: "validation_error", code, message: this.text[code] };
  }

  data() {
    return this.card ? { type: "card", card: this.card.data() } : { type: this.method };
  }
}

class ExpressCheckoutElement extends Base {
  draw(types) {
    this.offered = types.includes("card") && this.options.paymentMethods?.googlePay !== "never";
    const attributes = { type: "button", class: "wallet", click: () => this.pay() };
    const button = element("button", attributes, "Google Pay");
    const height = this.options.buttonHeight;
    if (height) button.style.height = `${height}px`;
    this.root.replaceChildren(...(this.offered ? [button] : []));
  }

  ready() {
    const available = { applePay: false, googlePay: true, link: false };
    this.fire("ready", { availablePaymentMethods: this.offered ? available : undefined });
  }

  pay() {
    const late = () => refuse("onClick must call resolve or reject within 1 second.");
    const timer = setTimeout(late, 1000);
    const expressPaymentType = "google_pay";
    const resolve = () => {
      clearTimeout(timer);
      // The buyer agreed in the wallet: what is confirmed next is this, not the form.
      this.group.wallet = expressPaymentType;
      const paymentFailed = (reason) => (window.__stripeWalletFailures ||= []).push(reason ?? {});
      this.fire("confirm", { expressPaymentType, paymentFailed });
    };
    const reject = () => clearTimeout(timer);
    // Who does not listen agrees.
    if (!this.listeners.click?.length) resolve();
    else this.fire("click", { expressPaymentType, resolve, reject });
  }
}

const KINDS = { payment: PaymentElement, expressCheckout: ExpressCheckoutElement };

class Elements {
  constructor(key, options) {
    Object.assign(this, { key, options, created: {}, submitted: false, wallet: "" });
    const { clientSecret, mode, amount, currency } = options;
    if (clientSecret !== undefined && !/^(pi|seti)_[^_]+_secret_/.test(clientSecret)) {
      refuse(
        "Invalid value for elements(): clientSecret should be a client secret of the form " +
          `\${id}_secret_\${secret}. You specified: ${clientSecret}.`,
      );
    }
    if (clientSecret && mode) {
      refuse("Invalid value for elements(): you cannot pass both clientSecret and mode.");
    }
    if (mode && (!Number.isInteger(amount) || amount <= 0)) {
      refuse("Invalid value for elements(): amount should be a positive integer.");
    }
    if ("paymentMethodTypes" in options) {
      refuse("elements() takes no paymentMethodTypes any more; see allowedPaymentMethodTypes.");
    }
    if (mode && !/^[a-z]{3}$/.test(currency || "")) {
      refuse("Invalid value for elements(): currency should be an ISO code in lower case.");
    }
  }

  session() {
    const { clientSecret, mode, amount, currency, allowedPaymentMethodTypes } = this.options;
    const allowed_payment_method_types = allowedPaymentMethodTypes;
    const deferred = { mode, amount, currency, allowed_payment_method_types };
    const about = clientSecret
      ? { type: "payment_intent", client_secret: clientSecret }
      : { type: "deferred_intent", deferred_intent: deferred };
    // The elements of a group ask the same, and a new look asks nothing new.
    const asked = JSON.stringify(about);
    if (this.asked !== asked) {
      this.asked = asked;
      this.answer = ask("GET", "/elements/sessions", { key: this.key, ...about });
      this.answer.then(({ error }) => error && this.asked === asked && (this.asked = ""));
    }
    return this.answer;
  }

  create(type, options = {}) {
    if (!this.options.clientSecret && !this.options.mode) {
      refuse("To create this Element, pass a clientSecret or mode to elements().");
    }
    if (!KINDS[type]) refuse(`The stand-in has no Element of type ${type}.`);
    if (this.created[type]) refuse(`Can only create one Element of type ${type}.`);
    this.created[type] = new KINDS[type](type, { ...options }, this);
    return this.created[type];
  }

  getElement(type) {
    return this.created[type] ?? null;
  }

  update(options) {
    if ("clientSecret" in options) refuse("clientSecret cannot be updated.");
    Object.assign(this.options, options);
    for (const each of Object.values(this.created)) if (each.host) each.load();
  }

  async submit() {
    this.submitted = true;
    const error = this.wallet ? null : this.created.payment?.check();
    return error ? { error } : { selectedPaymentMethod: this.created.payment?.method ?? "" };
  }

  data() {
    if (!this.wallet) return this.created.payment.data();
    const card = { number: "4242424242424242", wallet: this.wallet };
    return { type: "card", card };
  }

  async fetchUpdates() {
    return {};
  }

  on() {
    return this;
  }

  off() {
    return this;
  }
}
