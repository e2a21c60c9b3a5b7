import type { FileKind, ModuleText } from '../domain/module.ts';
import type { YamlProblem } from '../yaml/yaml-problems.ts';
import { readYaml } from '../yaml/read-yaml.ts';

/** The YAML files of a module. */
export const SIDECAR_KINDS = ['meta', 'activities', 'vocabulary', 'plan'] as const satisfies readonly FileKind[];
export type SidecarKind = (typeof SIDECAR_KINDS)[number];

/** A YAML file as read. `read` may have problems too: with a key twice, the last one counts. */
export type Sidecar =
  | { readonly state: 'absent' }
  | { readonly state: 'read'; readonly value: unknown; readonly problems: readonly YamlProblem[] }
  | { readonly state: 'unreadable'; readonly problems: readonly YamlProblem[] };

export type Sidecars = Readonly<Record<SidecarKind, Sidecar>>;

/** Reads a module's YAML files. Never throws: what is wrong with a file stands in its problems. */
export function readSidecars(text: ModuleText): Sidecars {
  return {
    meta: readSidecar(text.files.meta),
    activities: readSidecar(text.files.activities),
    vocabulary: readSidecar(text.files.vocabulary),
    plan: readSidecar(text.files.plan),
  };
}

/** What a sidecar holds; undefined where it is absent or cannot be read. */
export function sidecarValue(sidecar: Sidecar): unknown {
  return sidecar.state === 'read' ? sidecar.value : undefined;
}

function readSidecar(text: string | null): Sidecar {
  if (text === null) return { state: 'absent' };
  const { readable, value, problems } = readYaml(text);
  return readable ? { state: 'read', value, problems } : { state: 'unreadable', problems };
}
