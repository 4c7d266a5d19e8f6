/** The counters and gauges behind /metrics. */
export interface Telemetry {
  /** prom-client's text exposition and its content type. */
  render(): Promise<{ readonly contentType: string; readonly text: string }>;
  count(name: string, labels?: Readonly<Record<string, string>>, by?: number): void;
  observe(name: string, value: number, labels?: Readonly<Record<string, string>>): void;
}
