/** FAULT_SEED, or a new seed; a test prints it. */
export const SEED = Number(process.env.FAULT_SEED ?? Math.floor(Math.random() * 1e9));

/** How often each kind of kill is tried. */
export const ROUNDS = Number(process.env.FAULT_ROUNDS ?? 3);
