/** A curriculum module: one lesson file with its sidecars. */
export interface ModuleRef {
  /** Track name as in the manifest: `b1`, `b2-hist`. */
  readonly track: string;
  /** Manifest entry and file stem: `06-aspect-complete-system` or `oleh-ihor`. */
  readonly slug: string;
  /** Position in the track, from 1. */
  readonly number: number;
}

/** The files of a module that the audit reads; all but `plan` may be changed by a fix. */
export const FILE_KINDS = ['lesson', 'meta', 'activities', 'vocabulary', 'plan'] as const;
export type FileKind = (typeof FILE_KINDS)[number];

/** The files that a fix reply may replace. */
export const FIXABLE_KINDS = ['lesson', 'meta', 'activities', 'vocabulary'] as const;
export type FixableKind = (typeof FIXABLE_KINDS)[number];

/** The texts of a module, as read; null where the file does not exist. Line ends are those of the file. */
export interface ModuleText {
  readonly ref: ModuleRef;
  readonly files: Readonly<Record<FileKind, string | null>>;
}

/** `b1/06-aspect-complete-system`: how a module is named in logs, ids and commands. */
export function moduleKey(ref: Pick<ModuleRef, 'track' | 'slug'>): string {
  return `${ref.track}/${ref.slug}`;
}

/** The slug without a leading number: `06-aspect-complete-system` gives `aspect-complete-system`. */
export function bareSlug(slug: string): string {
  return slug.replace(/^\d+-/, '');
}

/** The module that a person means by a slug, bare slug, `track/slug` or number; undefined where there is none. */
export function matchModule<T extends Pick<ModuleRef, 'slug' | 'number'>>(
  modules: readonly T[],
  wanted: string,
): T | undefined {
  const name = wanted.slice(wanted.indexOf('/') + 1);
  return (
    modules.find(({ slug }) => slug === name) ??
    modules.find(({ slug }) => bareSlug(slug) === name) ??
    modules.find(({ number }) => String(number) === name)
  );
}
