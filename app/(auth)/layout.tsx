import type { Metadata } from "next";
import type { ReactNode } from "react";
import { TrpcProvider } from "#components/trpc.tsx";
import { Mark } from "#components/ui/mark.tsx";

/** One-time tokens stand in these addresses: they must not travel to any other site. */
export const metadata: Metadata = { referrer: "no-referrer", robots: { index: false, follow: false } };

export default function AuthLayout({ children }: { children: ReactNode }) {
  return (
    <main className="mx-auto grid min-h-dvh w-full max-w-104 grid-cols-[minmax(0,1fr)] content-center gap-5 px-4 py-10">
      <p className="flex items-center justify-center gap-2 font-semibold text-base tracking-[-0.01em]">
        <Mark />
        LargeForge
      </p>
      <TrpcProvider project={null}>{children}</TrpcProvider>
    </main>
  );
}
