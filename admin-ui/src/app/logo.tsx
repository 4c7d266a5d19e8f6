/** The pennant. */
export function Logo({ size = 22 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 24 24" aria-hidden="true">
      <path d="M4 2v20" stroke="var(--muted)" strokeWidth="1.8" strokeLinecap="round" />
      <path d="M5 3.5 22 6.6l-6 3.4 6 3.4L5 16.5z" fill="var(--accent)" />
    </svg>
  );
}
