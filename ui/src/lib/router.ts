/** Addresses of the pages: hash routes such as `#/s/venezuela-2024/edit?at=assumptions.office`. */

export const SCENARIO_PAGES = ['overview', 'ask', 'evidence', 'documents', 'edit', 'runs', 'history', 'talk'] as const;
export const SITE_PAGES = ['folder', 'activity', 'people', 'settings'] as const;
export type ScenarioPage = (typeof SCENARIO_PAGES)[number];
export type SitePage = (typeof SITE_PAGES)[number];
export type Route =
  | { page: SitePage | 'lost'; id: null; query: URLSearchParams }
  | { page: ScenarioPage; id: string; query: URLSearchParams };

function decoded(piece: string): string {
  try {
    return decodeURIComponent(piece);
  } catch {
    return piece;
  }
}

/** What an address's hash asks for; `lost` where no page has it. */
export function parse(hash: string): Route {
  const [path = '', search = ''] = hash.replace(/^#/, '').split(/\?(.*)/s);
  const query = new URLSearchParams(search);
  const pieces = path.split('/').filter(Boolean).map(decoded);
  if (pieces.length === 0) return { page: 'folder', id: null, query };
  const [first = '', id = '', page = 'overview'] = pieces;
  if (first === 's' && id && pieces.length <= 3 && (SCENARIO_PAGES as readonly string[]).includes(page)) {
    return { page: page as ScenarioPage, id, query };
  }
  if (pieces.length === 1 && first !== 'folder' && (SITE_PAGES as readonly string[]).includes(first)) {
    return { page: first as SitePage, id: null, query };
  }
  return { page: 'lost', id: null, query };
}

function asked(query: Record<string, string>): string {
  const search = new URLSearchParams(query).toString();
  return search ? `?${search}` : '';
}

/** The address of a page of a scenario. */
export function toScenario(id: string, page: ScenarioPage = 'overview', query: Record<string, string> = {}): string {
  return `#/s/${encodeURIComponent(id).replaceAll('%3A', ':')}${page === 'overview' ? '' : `/${page}`}${asked(query)}`;
}

/** The address of a page of the whole folder. */
export function toSite(page: SitePage, query: Record<string, string> = {}): string {
  return `#/${page === 'folder' ? '' : page}${asked(query)}`;
}
