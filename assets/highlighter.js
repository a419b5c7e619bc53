// Colours for code; fetched with the first block of code, each language with its first use.
import { createLowlight } from "lowlight";

const lowlight = createLowlight();

const LANGUAGES = new Map([
  ["bash", () => import("highlight.js/lib/languages/bash")],
  ["c", () => import("highlight.js/lib/languages/c")],
  ["cpp", () => import("highlight.js/lib/languages/cpp")],
  ["csharp", () => import("highlight.js/lib/languages/csharp")],
  ["css", () => import("highlight.js/lib/languages/css")],
  ["dart", () => import("highlight.js/lib/languages/dart")],
  ["diff", () => import("highlight.js/lib/languages/diff")],
  ["dockerfile", () => import("highlight.js/lib/languages/dockerfile")],
  ["go", () => import("highlight.js/lib/languages/go")],
  ["ini", () => import("highlight.js/lib/languages/ini")],
  ["java", () => import("highlight.js/lib/languages/java")],
  ["javascript", () => import("highlight.js/lib/languages/javascript")],
  ["json", () => import("highlight.js/lib/languages/json")],
  ["kotlin", () => import("highlight.js/lib/languages/kotlin")],
  ["latex", () => import("highlight.js/lib/languages/latex")],
  ["lua", () => import("highlight.js/lib/languages/lua")],
  ["makefile", () => import("highlight.js/lib/languages/makefile")],
  ["markdown", () => import("highlight.js/lib/languages/markdown")],
  ["matlab", () => import("highlight.js/lib/languages/matlab")],
  ["nginx", () => import("highlight.js/lib/languages/nginx")],
  ["php", () => import("highlight.js/lib/languages/php")],
  ["powershell", () => import("highlight.js/lib/languages/powershell")],
  ["python", () => import("highlight.js/lib/languages/python")],
  ["r", () => import("highlight.js/lib/languages/r")],
  ["ruby", () => import("highlight.js/lib/languages/ruby")],
  ["rust", () => import("highlight.js/lib/languages/rust")],
  ["scala", () => import("highlight.js/lib/languages/scala")],
  ["scss", () => import("highlight.js/lib/languages/scss")],
  ["sql", () => import("highlight.js/lib/languages/sql")],
  ["swift", () => import("highlight.js/lib/languages/swift")],
  ["typescript", () => import("highlight.js/lib/languages/typescript")],
  ["xml", () => import("highlight.js/lib/languages/xml")],
  ["yaml", () => import("highlight.js/lib/languages/yaml")],
]);

const ALIASES = {
  "c#": "csharp", "c++": "cpp", cs: "csharp", docker: "dockerfile", golang: "go", h: "c",
  hpp: "cpp", html: "xml", js: "javascript", jsonc: "json", jsx: "javascript", kt: "kotlin",
  make: "makefile", md: "markdown", mjs: "javascript", patch: "diff", ps1: "powershell",
  py: "python", python3: "python", rb: "ruby", rs: "rust", sh: "bash", shell: "bash",
  svg: "xml", tex: "latex", toml: "ini", ts: "typescript", tsx: "typescript", vue: "xml",
  yml: "yaml", zsh: "bash",
};

// Languages whose grammar reaches for others (a style inside a page).
const PARTS = { xml: ["css", "javascript"], php: ["xml"], markdown: ["xml"] };

async function register(name) {
  if (lowlight.registered(name)) return;
  const grammar = await LANGUAGES.get(name)();
  lowlight.register({ [name]: grammar.default });
}

const idle = () =>
  new Promise((resolve) => {
    if (window.requestIdleCallback) window.requestIdleCallback(resolve, { timeout: 500 });
    else setTimeout(resolve, 1);
  });

/** The coloured tree of a code in a language by one of its names; null for an unknown one. */
export async function highlight(language, text) {
  const given = language.toLowerCase();
  const name = ALIASES[given] ?? given;
  if (!LANGUAGES.has(name)) return null;
  await Promise.all([name, ...(PARTS[name] ?? [])].map(register));
  await idle();
  return lowlight.highlight(name, text);
}
