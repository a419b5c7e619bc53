// The fields of a card.

const digitsOf = (text) => text.replace(/\D/g, "");

function addsUp(digits) {
  const doubled = [0, 2, 4, 6, 8, 1, 3, 5, 7, 9];
  const sum = [...digits]
    .reverse()
    .reduce((total, digit, place) => total + (place % 2 ? doubled[digit] : Number(digit)), 0);
  return sum % 10 === 0;
}

const WRITTEN = {
  number: (text) => digitsOf(text).slice(0, 19).replace(/(.{4})(?=.)/g, "$1 "),
  expiry: (text) => {
    let digits = digitsOf(text).slice(0, 4);
    if (/^[2-9]/.test(digits)) digits = `0${digits}`.slice(0, 4);
    return digits.length > 2 ? `${digits.slice(0, 2)} / ${digits.slice(2)}` : digits;
  },
  cvc: (text) => digitsOf(text).slice(0, 4),
};
const CHECKS = {
  number: (text) => {
    const digits = digitsOf(text);
    if (digits.length < 15) return "incomplete_number";
    return addsUp(digits) ? "" : "invalid_number";
  },
  expiry: (text) => {
    const digits = digitsOf(text);
    if (digits.length < 4) return "incomplete_expiry";
    const [month, year] = [Number(digits.slice(0, 2)), 2000 + Number(digits.slice(2))];
    if (month < 1 || month > 12) return "invalid_expiry_month";
    return new Date(year, month, 1) > new Date() ? "" : "invalid_expiry_month_past";
  },
  cvc: (text) => (digitsOf(text).length < 3 ? "incomplete_cvc" : ""),
};
const PLACEHOLDERS = { number: "1234 1234 1234 1234", expiry: "MM / YY", cvc: "CVC" };
const AUTOCOMPLETE = { number: "cc-number", expiry: "cc-exp", cvc: "cc-csc" };

/** The fields of a card; changed is told of each edit, entered of the Enter key. */
function cardForm(text, changed, entered) {
  const inputs = {};
  const errors = {};
  const field = (name) => {
    const errorId = `${name}-error`;
    inputs[name] = element("input", {
      id: name,
      name,
      type: "text",
      inputmode: "numeric",
      autocomplete: AUTOCOMPLETE[name],
      placeholder: PLACEHOLDERS[name],
      "aria-describedby": errorId,
      input: () => {
        inputs[name].value = WRITTEN[name](inputs[name].value);
        if (inputs[name].ariaInvalid) mark(name, CHECKS[name](inputs[name].value));
        changed();
      },
      keydown: (event) => event.key === "Enter" && entered(),
    });
    errors[name] = element("p", { class: "error", id: errorId, role: "alert" });
    const label = element("label", { for: name }, text[name]);
    return element("div", { class: "field" }, label, inputs[name], errors[name]);
  };
  const mark = (name, code) => {
    inputs[name].ariaInvalid = code ? "true" : null;
    errors[name].textContent = code ? text[code] : "";
  };
  const view = element("div", { class: "fields" }, ...Object.keys(CHECKS).map(field));
  const codes = () => Object.keys(CHECKS).map((name) => [name, CHECKS[name](inputs[name].value)]);
  return {
    view,
    focus: () => inputs.number.focus(),
    empty: () => Object.values(inputs).every((input) => !input.value),
    complete: () => codes().every(([, code]) => !code),
    /** Mark what is wrong and return the first code, or "". */
    check() {
      const found = codes();
      for (const [name, code] of found) mark(name, code);
      return found.find(([, code]) => code)?.[1] ?? "";
    },
    data() {
      const [month, year] = inputs.expiry.value.split(" / ");
      const number = digitsOf(inputs.number.value);
      return { number, cvc: inputs.cvc.value, exp_month: Number(month), exp_year: `20${year}` };
    },
  };
}
