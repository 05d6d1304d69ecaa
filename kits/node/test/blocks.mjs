// Write the programs of the guides into test/blocks, where the suites find them: blocks below a line <!-- file NAME -->.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";

const GUIDES = ["README.md", "../../README.md"];
const BLOCK = /^<!-- file (\S+\.(?:vitest\.ts|jest\.js)) -->\n```\w+\n(.*?)^```$/gms;
const to = new URL("blocks/", import.meta.url);

rmSync(to, { recursive: true, force: true });
mkdirSync(to);
for (const guide of GUIDES) {
  for (const [, name, program] of readFileSync(new URL(`../${guide}`, import.meta.url), "utf8").matchAll(BLOCK)) {
    writeFileSync(new URL(name, to), program);
  }
}
