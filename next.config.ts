import type { NextConfig } from "next";

const config: NextConfig = {
  /** Tests build beside a running console: another folder keeps them from overwriting each other. */
  distDir: process.env.NEXT_DIST_DIR ?? ".next",
  poweredByHeader: false,
  serverExternalPackages: ["bullmq", "pg", "postgres", "node-llama-cpp", "undici", "ioredis", "pino"],
  turbopack: { root: import.meta.dirname },
};

export default config;
