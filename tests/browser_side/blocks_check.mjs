// Cuts documents into blocks while they grow, at random places, and compares with a whole parse.
// Usage: node blocks_check.mjs <folder with markdown_blocks.js> <rounds> <seed>
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [folder, rounds, seed] = process.argv.slice(2);
const from = (name) => import(pathToFileURL(`${folder}/${name}`));
const resolve = createRequire(`${folder}/`).resolve;
const { MarkdownBlocks } = await from("markdown_blocks.js");
const { unified } = await import(pathToFileURL(resolve("unified")));
const remarkParse = (await import(pathToFileURL(resolve("remark-parse")))).default;
const remarkGfm = (await import(pathToFileURL(resolve("remark-gfm")))).default;
const parser = unified().use(remarkParse).use(remarkGfm).freeze();

let state = Number(seed) || 1;
const random = (below) => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return Math.floor((state / 2 ** 32) * below);
};

const PIECES = [
  "A paragraph of words.\n", "Two\nlines\n", "\n", "\n\n", "- item\n", "- item\n\n", "  continued\n",
  "    deep\n", "1. one\n", "2. two\n\n", "   ```py\n   x = 1\n\n   y\n   ```\n", "```js\nlet a;\n",
  "```\n", "````md\n```\ninner\n```\n````\n", "~~~\ntilde\n~~~\n", "  ```\n  indented fence\n  ```\n",
  "| a | b |\n|---|---|\n| 1 | 2 |\n", "| 3 | `x|y` |\n", "a | b\n--- | ---\n1 | 2\n", "> quote\n",
  "> ```\n> code\n\n", "lazy\n", "# Heading\n", "Setext\n===\n", "Setext\n---\n", "---\n", "***\n",
  "<div>\n\nnot html\n\n</div>\n", "<pre>\n\n# no heading\n\n</pre>\n", "<script>\n\nalert(1)\n\n</script>\n",
  "<!-- a\n\n# comment\n-->\n", "[ref]: https://example.org/a 'title'\n", "[ref] and [text][ref]\n",
  "Note[^1]\n", "[^1]: The note.\n", "    indented code\n\n    more\n", "* star\n", "+ plus\n\n",
  "- [ ] task\n", "- a\n  - b\n\n    c\n", "``` not`fence\n", "`span` #hash\n", "#hash\n", "* * *\n",
  "word\\\n", "&amp; é 漢字 😀\n", "a\ttab\n", "-\ttab item\n", "10. ten\n    ```\n    in list\n\n",
];

const strip = (node) => {
  const { position, children, ...rest } = node;
  // A fence that its list item ends keeps or drops the blank line after it: not to be seen.
  if (rest.type === "code") rest.value = rest.value.replace(/\n+$/, "");
  return children ? { ...rest, children: children.map(strip) } : rest;
};
const isDefinition = (node) => node.type === "definition" || node.type === "footnoteDefinition";
// References depend on definitions elsewhere, which a block gets when it is drawn.
const withDefinitions = (text, definitions) =>
  strip(parser.parse(`${definitions}\n\n[separator]: #\n\n${text}`));

// Right after a definition or indented code the parser begins no list at 2 or above and no
// indented code, though it may; a block that stands alone is read by the book.
const QUIRK = /(?: {4}\S.*|\]: .*|\t.*)\n(?:\s*(?:2|10)\. | {4}|\t)/;

function compare(text) {
  const blocks = new MarkdownBlocks();
  blocks.feed("", false);
  for (let at = 0; at < text.length; ) {
    at = Math.min(text.length, at + 1 + random(random(4) ? 20 : 200));
    blocks.feed(text.slice(0, at), false);
  }
  const drawn = blocks.feed(text, true);
  const definitions = blocks.definitions.map((d) => d.source).join("\n");
  const whole = strip(parser.parse(text)).children.filter((n) => !isDefinition(n));
  const joined = drawn.flatMap((block) => {
    if (block.kind === "code") return [{ type: "code", value: block.text.replace(/\n+$/, ""), lang: block.language }];
    return withDefinitions(block.text, definitions).children.filter((n) => !isDefinition(n));
  });
  const same = (n) =>
    n.type === "code" ? { type: "code", value: n.value, lang: n.lang || "" } : n;
  const wanted = JSON.stringify(whole.map(same));
  const got = JSON.stringify(joined.map(same));
  return wanted === got ? null : { text, wanted, got };
}

let bad = 0;
for (let round = 0; round < Number(rounds); round += 1) {
  const count = 1 + random(8);
  let text = "";
  for (let i = 0; i < count; i += 1) text += PIECES[random(PIECES.length)];
  const wrong = QUIRK.test(text) ? null : compare(text);
  if (wrong) {
    bad += 1;
    if (bad <= 5) console.log(JSON.stringify(wrong, null, 1));
  }
}
console.log(`${rounds} documents, ${bad} cut wrongly`);
process.exit(bad ? 1 : 0);
