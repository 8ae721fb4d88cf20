/** The anvil, in ember: the one place that colour is used. */
export function Mark({ className = "size-5" }: { className?: string }) {
  return (
    <svg viewBox="0 0 20 20" fill="currentColor" aria-hidden="true" className={`shrink-0 text-ember ${className}`}>
      <path d="M2 5h11.5c2.6 0 4.2 1 4.5 3h-5.2c-1 1.9-2.3 2.8-3.3 3.2V13c1.6.3 2.6 1 3 2.2V17H4v-1.8c.4-1.2 1.4-1.9 3-2.2v-1.4C4 11.2 2.3 8.8 2 5z" />
    </svg>
  );
}
