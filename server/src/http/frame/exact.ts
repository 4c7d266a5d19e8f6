/** True where two types have the same properties of the same types; an optional one that only one side has is a difference. */
export type Same<A, B> = [Required<A>] extends [Required<B>] ? ([Required<B>] extends [Required<A>] ? true : false) : false;

/** Compiles only for `true`: ties a schema to the hand-written type that it must not drift from. */
export type Exact<T extends true> = T;
