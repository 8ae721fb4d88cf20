/** The one version whose private parts addon.ts knows; addon.test.ts checks them against the installed package. */
export const pinnedEngine = "3.22.1";
export const engineVersion = `node-llama-cpp ${pinnedEngine} (llama.cpp v0.5.0)`;
