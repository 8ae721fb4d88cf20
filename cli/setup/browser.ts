import { execFile } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { root, toolsDir } from "#cli/paths.ts";
import { commandOutput } from "#cli/setup/machine.ts";

const run = promisify(execFile);
const systemNames = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/** A real browser for the tests; the packaged one brings its own libraries and fonts. */
export type Browser = { executable: string; libraryPath: string | null; fontPath: string | null };

/** FORGE_TEST_BROWSER, else a Chromium or Chrome of the system, else the one inside npm's @sparticuz/chromium. */
export async function setUpBrowser(): Promise<Browser> {
  const named = process.env.FORGE_TEST_BROWSER;
  if (named) {
    if (!commandOutput(named, ["--version"])) throw new Error(`FORGE_TEST_BROWSER=${named} does not start`);
    return { executable: named, libraryPath: null, fontPath: null };
  }
  for (const name of systemNames) {
    if (commandOutput(name, ["--version"]))
      return { executable: commandOutput("which", [name]) ?? name, libraryPath: null, fontPath: null };
  }
  return unpackBrowser(join(toolsDir, "chromium"));
}

/** The package unpacks into the temporary folder of its process, so a process of its own gets ours as that. */
async function unpackBrowser(dir: string): Promise<Browser> {
  await mkdir(dir, { recursive: true });
  const script = `
    const { default: chromium, inflate } = await import("@sparticuz/chromium");
    const libraries = await inflate(process.argv[1]);
    console.log(JSON.stringify({ executable: await chromium.executablePath(), libraries }));`;
  const archive = join(root, "node_modules", "@sparticuz", "chromium", "bin", "al2023.tar.br");
  const { stdout } = await run(process.execPath, ["--input-type=module", "-e", script, archive], {
    cwd: root,
    env: { ...process.env, TMPDIR: dir },
  });
  const { executable, libraries }: { executable: string; libraries: string } = JSON.parse(stdout);
  const browser = { executable, libraryPath: join(libraries, "lib"), fontPath: await nameFonts(dir) };
  const env = { ...process.env, LD_LIBRARY_PATH: browser.libraryPath, FONTCONFIG_PATH: browser.fontPath };
  await run(executable, ["--version"], { env });
  return browser;
}

/** The package's own fonts.conf names folders of a cloud function; a Chromium that finds no font ends at the first text. */
async function nameFonts(dir: string): Promise<string> {
  const config = join(dir, "fontconfig");
  await mkdir(config, { recursive: true });
  const folder = (path: string) => path.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  const text = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>${folder(join(dir, "fonts"))}</dir>
  <cachedir>${folder(join(config, "cache"))}</cachedir>
</fontconfig>
`;
  await writeFile(join(config, "fonts.conf"), text);
  return config;
}
