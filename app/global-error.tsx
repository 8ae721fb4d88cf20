"use client";
import { ErrorState } from "#components/ui/states.tsx";
import "./globals.css";

/** When even the frame broke. */
export default function GlobalError({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) {
  return (
    <html lang="en" data-theme="light" suppressHydrationWarning>
      <head>
        <script src="/theme.js" />
      </head>
      <body>
        <main className="grid min-h-dvh place-content-center">
          <ErrorState
            title="The console broke"
            message="Something broke here, not with you. Try again; if it stays, quote the number below."
            requestId={error.digest}
            onRetry={reset}
          />
        </main>
      </body>
    </html>
  );
}
