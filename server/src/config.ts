/** The server's settings, as `readConfig` found them in the environment. */
export interface Config {
  readonly port: number;
  readonly host: string;
  readonly dataDir: string;
  /** null: SQLite in `dataDir`. */
  readonly databaseUrl: string | null;
  /** Where people and SDKs reach this server, without a slash at the end. */
  readonly publicUrl: string;
  /** Addresses and networks whose X-Forwarded-* headers are believed. */
  readonly trustedProxies: readonly string[];
  /** Hosts (`prom.internal:9090`) and networks (`10.0.3.0/24`) that guarded outbound requests may reach besides public ones. */
  readonly outboundAllow: readonly string[];
  /** Path of a bootstrap file, or null. */
  readonly bootstrap: string | null;
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error';
}
