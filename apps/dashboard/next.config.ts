import { join } from "node:path";
import type { NextConfig } from "next";

// Nothing leaves the machine.
process.env.NEXT_TELEMETRY_DISABLED = "1";

const workspace = join(import.meta.dirname, "../..");

const config: NextConfig = {
  poweredByHeader: false,
  reactStrictMode: true,
  transpilePackages: ["@tachograph/ledger", "@tachograph/record"],
  turbopack: { root: workspace },
  outputFileTracingRoot: workspace,
  images: { unoptimized: true },
  devIndicators: false,
};

export default config;
