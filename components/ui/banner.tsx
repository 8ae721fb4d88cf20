import { CircleAlert, CircleCheck, Hand, Info, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { cn } from "#components/ui/cn.ts";
import type { Tone } from "#components/ui/status.ts";

type BannerTone = Exclude<Tone, "plain" | "mute">;

const looks = {
  run: { ground: "bg-run-soft", text: "text-run", icon: Info },
  ok: { ground: "bg-ok-soft", text: "text-ok", icon: CircleCheck },
  hold: { ground: "bg-hold-soft", text: "text-hold", icon: TriangleAlert },
  bad: { ground: "bg-bad-soft", text: "text-bad", icon: CircleAlert },
  ask: { ground: "bg-ask-soft", text: "text-ask", icon: Hand },
} satisfies Record<BannerTone, unknown>;

/** The verdict in words on top of a page, with the acts that follow from it. */
export function Banner({
  tone = "run",
  icon,
  title,
  children,
  actions,
  className,
}: {
  tone?: BannerTone;
  icon?: ReactNode;
  title: ReactNode;
  children?: ReactNode;
  actions?: ReactNode;
  className?: string;
}) {
  const { ground, text, icon: Icon } = looks[tone];
  return (
    <div className={cn("flex flex-wrap items-start gap-x-2.5 gap-y-3 rounded-lg px-4 py-3", ground, className)}>
      <span className={cn("mt-0.5 [&_svg]:size-4", text)}>{icon ?? <Icon aria-hidden />}</span>
      <div className="min-w-0 flex-[1_1_200px]">
        <p className="font-semibold">{title}</p>
        {children && <div className="text-ink-2">{children}</div>}
      </div>
      {actions && <div className="flex w-full flex-wrap gap-2 md:w-auto">{actions}</div>}
    </div>
  );
}
