// The least that a command line of commander and zod costs: loading both and doing nothing.
import 'commander';
import 'zod';
