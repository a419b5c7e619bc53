// How the form looks, as far as `appearance` may change it.

const SHEET = new CSSStyleSheet();
SHEET.replaceSync(`
  :host {
    --mix: color-mix(in srgb, var(--text) 16%, var(--background));
    display: block; color: var(--text); font: var(--size) / 1.5 var(--font);
  }
  * { box-sizing: border-box; }
  button, input { font: inherit; color: inherit; }
  [role=tablist] { display: flex; flex-wrap: wrap; gap: 8px; margin-bottom: 16px; }
  [role=tab] {
    flex: 1 1 0; min-width: max-content; min-height: 44px; padding: 8px 12px; cursor: pointer;
    background: var(--background); border: 1px solid var(--mix); border-radius: var(--radius);
    color: var(--secondary); font-weight: 500;
  }
  [role=tab][aria-selected=true] {
    border-color: var(--primary); color: var(--primary); box-shadow: 0 0 0 1px var(--primary);
  }
  .fields { display: grid; grid-template-columns: 1fr 1fr; gap: 12px; }
  .field { display: grid; gap: 4px; align-content: start; }
  .field:first-child { grid-column: 1 / -1; }
  label { font-size: 0.93em; }
  input {
    width: 100%; min-height: 44px; padding: 8px 12px; background: var(--background);
    border: 1px solid var(--mix); border-radius: var(--radius);
    font-variant-numeric: tabular-nums;
  }
  input::placeholder { color: var(--secondary); opacity: 0.75; }
  input[aria-invalid=true] { border-color: var(--danger); }
  :focus-visible { outline: 2px solid var(--primary); outline-offset: 1px; }
  .error { color: var(--danger); font-size: 0.93em; }
  p { margin: 0; }
  .note { margin-top: 12px; color: var(--secondary); font-size: 0.87em; }
  .wallet {
    width: 100%; min-height: 44px; border: 1px solid var(--mix); border-radius: var(--radius);
    background: #000; color: #fff; font-weight: 600; cursor: pointer;
  }
  .veil {
    position: fixed; inset: 0; display: grid; place-items: center; padding: 16px;
    background: rgb(15 18 24 / 55%);
  }
  [role=dialog] {
    width: 100%; max-width: 360px; padding: 24px; background: var(--background);
    border-radius: 12px; text-align: center;
  }
  h2 { margin: 0 0 8px; font-size: 1.15em; }
  svg { display: block; width: 184px; margin: 16px auto 0; background: #fff; border-radius: 8px; }
  .actions { display: grid; gap: 8px; margin-top: 20px; }
  .actions button {
    min-height: 44px; border: 1px solid var(--mix); border-radius: var(--radius);
    background: transparent; cursor: pointer;
  }
  .actions button:first-child {
    background: #2563eb; border-color: #2563eb; color: #fff; font-weight: 600;
  }
`);
const LIGHT = { background: "#ffffff", text: "#15181e", secondary: "#5f6774", danger: "#c02626" };
const DARK = {
  primary: "#5b9bff",
  background: "#1b1e24",
  text: "#eceef2",
  secondary: "#a2aab8",
  danger: "#ff7b72",
};
const VARIABLES = {
  colorPrimary: "primary",
  colorBackground: "background",
  colorText: "text",
  colorTextSecondary: "secondary",
  colorDanger: "danger",
  borderRadius: "radius",
  fontFamily: "font",
  fontSizeBase: "size",
};
