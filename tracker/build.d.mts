export function bundle(): Promise<string>
export function gzipped(code: string): number
