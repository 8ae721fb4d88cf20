"use client";
import { useEffect } from "react";
import { fontClasses } from "#app/fonts.ts";
import { BrokenState } from "#components/ui/states.tsx";
import "./globals.css";

/** When even the frame broke. */
export default function GlobalError({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) {
  // this document replaces the one that was painted, and theme.js has long run
  useEffect(() => void window.dispatchEvent(new Event("forge:theme")), []);
  return (
    <html lang="en" className={fontClasses} suppressHydrationWarning>
      <head>
        <script src="/theme.js" />
      </head>
      <body>
        <main className="grid min-h-dvh place-content-center">
          <BrokenState title="Something went wrong in the console" digest={error.digest} onRetry={reset} />
        </main>
      </body>
    </html>
  );
}
