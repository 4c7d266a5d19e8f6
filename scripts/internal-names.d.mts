export declare const INTERNAL_NAMES: RegExp;
