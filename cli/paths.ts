import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** The checkout this command runs from. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));
/** Everything a control plane stores. */
export const dataDir = resolve(process.env.FORGE_DATA || join(root, ".forge"));
/** Tools that any data folder can share: trainer environment, converters, browser. */
export const toolsDir = resolve(process.env.FORGE_TOOLS || join(root, ".tools"));

export const trainerPython = process.env.FORGE_TRAINER_PYTHON || join(toolsDir, "trainer", "bin", "python");
export const convertersDir = join(toolsDir, "converters");
export const processesFile = join(dataDir, "run", "processes.json");
export const adminKeyFile = join(dataDir, "admin-key");
export const logFile = join(dataDir, "logs", "forge.log");
