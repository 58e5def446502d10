export function prune(directory: string, current: string | undefined, now?: number): Promise<void>;
