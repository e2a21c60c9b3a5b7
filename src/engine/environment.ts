/**
 * What the background processes get of the environment of the shell that starts them. The list is chosen, because a shell
 * also holds what belongs to other projects: a debugger of Node's, a profile of the Temporal CLI, a proxy.
 */
import { userInfo } from 'node:os';

type Environment = Readonly<NodeJS.ProcessEnv>;

/**
 * Variables that change how Node, gRPC or Temporal work and were meant for another program. All else is passed on: audit
 * commands, hooks of git, and agent CLIs run below a worker and have needs of their own.
 */
const OF_OTHERS =
  /^(?:NODE_OPTIONS|NODE_DEBUG\w*|NODE_V8_COVERAGE|NODE_USE_ENV_PROXY|NODE_CHANNEL_FD|GRPC_\w+|TEMPORAL_\w+|GIT_(?:DIR|WORK_TREE|INDEX_FILE|PREFIX|OBJECT_DIRECTORY|COMMON_DIR|NAMESPACE))$/i;

/** Options of Node's that belong to the machine rather than to a program: certificates, names, memory. */
const NODE_OPTION =
  /^--(?:use-(?:openssl|bundled|system)-ca|dns-result-order=\S+|max-old-space-size=\d+|tls-\S+|no-network-family-autoselection|network-family-autoselection\S*)$/;

/** What the server needs: it talks to nobody but us, on loopback, so neither proxies nor keys are any of it. */
const OF_SERVER = /^(?:PATH|HOME|USER|LOGNAME|TZ|LANG|LANGUAGE|LC_\w+|TMPDIR|XDG_\w+|BATCH_MANAGER_(?!.*KEY)\w+)$/;

/** The environment of supervisor and workers. */
export function workerEnvironment(env: Environment = process.env): NodeJS.ProcessEnv {
  const kept = Object.entries(env).filter(([name]) => !OF_OTHERS.test(name));
  const options = (env.NODE_OPTIONS ?? '').split(/\s+/).filter((option) => NODE_OPTION.test(option));
  return { ...Object.fromEntries(kept), ...(options.length > 0 && { NODE_OPTIONS: options.join(' ') }) };
}

/** The environment of the embedded server. */
export function serverEnvironment(env: Environment = process.env): NodeJS.ProcessEnv {
  const kept = Object.entries(env).filter(([name]) => OF_SERVER.test(name));
  // A server that was built without cgo cannot look the user up, and ends where USER is not set; any word will do.
  return { USER: userName(env), ...Object.fromEntries(kept.filter(([, value]) => value !== '')) };
}

/** The user's name; the user id where the system's list of users has no entry for it, as in many containers. */
export function userName(env: Environment = process.env): string {
  try {
    return userInfo().username;
  } catch {
    return env.USER || `user-${process.getuid?.() ?? 'unknown'}`;
  }
}
