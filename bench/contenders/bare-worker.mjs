// The worker of the bare workflow.
import { serve } from './serve.mjs';

const nothing = () => Promise.resolve();
await serve({ review: nothing, fix: nothing, reviewAgain: nothing });
