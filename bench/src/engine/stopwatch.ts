/**
 * Starts a watch; each reading gives the milliseconds since then: the clock's or this process's processor time, whichever is
 * shorter. Time that the machine gave to others only the clock tells, work of helping threads only the processor.
 */
export function stopwatch(): () => number {
  const cpu = process.cpuUsage();
  const from = performance.now();
  return () => {
    const wall = performance.now() - from;
    const { user, system } = process.cpuUsage(cpu);
    return Math.min(wall, (user + system) / 1_000);
  };
}
