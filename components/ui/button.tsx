import { cva, type VariantProps } from "class-variance-authority";
import { LoaderCircle } from "lucide-react";
import Link from "next/link";
import type { ComponentProps, MouseEvent, ReactNode } from "react";
import { cn } from "#components/ui/cn.ts";
import { Tooltip } from "#components/ui/tooltip.tsx";
import { useClickOnce } from "#components/ui/use-click-once.ts";

export const buttonVariants = cva(
  "inline-flex shrink-0 select-none no-underline items-center justify-center gap-1.5 whitespace-nowrap rounded-md border font-medium [&_svg]:size-4 [&_svg]:shrink-0 [&_svg]:stroke-[1.75] disabled:opacity-50 aria-disabled:cursor-not-allowed aria-disabled:opacity-50",
  {
    variants: {
      variant: {
        outline: "border-line-strong bg-panel text-ink hover:bg-hover",
        primary: "border-primary bg-primary text-on-primary hover:opacity-90",
        danger: "border-line-strong bg-panel text-bad hover:bg-bad-soft",
        ghost: "border-transparent bg-transparent text-ink-2 hover:bg-hover hover:text-ink",
      },
      size: {
        md: "h-8 px-3 text-sm",
        sm: "h-6.5 px-2 text-xs [&_svg]:size-3.5",
        icon: "size-8 p-0",
        "icon-sm": "size-6.5 p-0 [&_svg]:size-3.5",
      },
    },
    defaultVariants: { variant: "outline", size: "md" },
  },
);

type Variant = VariantProps<typeof buttonVariants>;

type ButtonProps = ComponentProps<"button"> &
  Variant & {
    /** Shows a spinner and ignores clicks; the label stays, so the width does not jump. Given at all, a double click counts once. */
    pending?: boolean;
    /** Why it cannot be pressed now. The button stays focusable and says so in a tooltip. */
    disabledReason?: ReactNode;
    icon?: ReactNode;
  };

export function Button({
  variant,
  size,
  pending,
  disabledReason,
  icon,
  className,
  children,
  onClick,
  ...rest
}: ButtonProps) {
  const blocked = Boolean(disabledReason) || pending;
  const counts = useClickOnce();
  function click(event: MouseEvent<HTMLButtonElement>) {
    if (blocked || (pending !== undefined && !counts(event))) return event.preventDefault();
    onClick?.(event);
  }
  const button = (
    <button
      type="button"
      {...rest}
      aria-disabled={blocked || undefined}
      aria-busy={pending || undefined}
      className={cn(buttonVariants({ variant, size }), className)}
      onClick={click}
    >
      {pending ? <LoaderCircle aria-hidden className="animate-spin" /> : icon}
      {children}
    </button>
  );
  return disabledReason ? <Tooltip content={disabledReason}>{button}</Tooltip> : button;
}

/** A link that looks like a button; with a reason it is one that cannot be pressed. */
export function ButtonLink({
  variant,
  size,
  icon,
  disabledReason,
  className,
  children,
  ...rest
}: ComponentProps<typeof Link> & Variant & Pick<ButtonProps, "icon" | "disabledReason">) {
  if (disabledReason)
    return (
      <Button variant={variant} size={size} icon={icon} disabledReason={disabledReason} className={className}>
        {children}
      </Button>
    );
  return (
    <Link {...rest} className={cn(buttonVariants({ variant, size }), className)}>
      {icon}
      {children}
    </Link>
  );
}

/** A link inside running text. */
export function TextLink({ className, ...rest }: ComponentProps<typeof Link>) {
  return <Link {...rest} className={cn("rounded-sm text-accent underline-offset-2 hover:underline", className)} />;
}

/** A button that reads as a link, for acts inside card heads and text. */
export function LinkButton({ className, ...rest }: ComponentProps<"button">) {
  return (
    <button
      type="button"
      {...rest}
      className={cn("rounded-sm text-accent underline-offset-2 hover:underline disabled:opacity-50", className)}
    />
  );
}
