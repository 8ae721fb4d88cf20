import type { Metadata, Viewport } from "next";
import { headers } from "next/headers";
import { NuqsAdapter } from "nuqs/adapters/next/app";
import type { ReactNode } from "react";
import { fontClasses } from "#app/fonts.ts";
import { Toaster } from "#components/ui/toast.tsx";
import { nonceHeader } from "#server/http/page-security.rule.ts";
import "./globals.css";

export const metadata: Metadata = {
  title: { default: "LargeForge", template: "%s · LargeForge" },
  description: "Fine-tune, evaluate, roll out and serve models on your own machines.",
  icons: { icon: "/icon.svg" },
};

export const viewport: Viewport = {
  themeColor: [
    { media: "(prefers-color-scheme: light)", color: "#f9fafc" },
    { media: "(prefers-color-scheme: dark)", color: "#0d0e11" },
  ],
};

export default async function RootLayout({ children }: { children: ReactNode }) {
  // asked here, it also keeps every page from being made ahead, without a nonce
  const nonce = (await headers()).get(nonceHeader) ?? undefined;
  return (
    <html lang="en" data-theme="light" className={fontClasses} suppressHydrationWarning>
      <head>
        {/* Blocking on purpose: it sets the theme before the first paint. */}
        <script src="/theme.js" nonce={nonce} />
      </head>
      <body>
        <NuqsAdapter>
          {children}
          <Toaster />
        </NuqsAdapter>
      </body>
    </html>
  );
}
