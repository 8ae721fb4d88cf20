// drizzle-kit reads one entry; nothing else re-exports.
export * from "./audit.ts";
export * from "./datasets.ts";
export * from "./deployments.ts";
export * from "./evals.ts";
export * from "./gateway.ts";
export * from "./keys.ts";
export * from "./models.ts";
export * from "./people.ts";
export * from "./requests.ts";
export * from "./runs.ts";
export * from "./storage.ts";
