/** The typed client of the server's API. Nothing else in the front end fetches. */
import type {
  Activity, AddedDocument, Block, Change, Checked, Comment, Comparison, Conflict, DigestDocument, DocumentText, Edited, HistoryEntry, Job, JobOrder, Json, LedgerDocument, Listing, Mention,
  Person, Problem, ProblemLine, RunRow, Saved, Scenario, Session, Share, SuggestedDocument, Token,
} from './types';
import { language } from './words';

/** The server answered that something is wrong, and says what. */
export class ProblemError extends Error {
  /** `after` how many seconds it may be asked again, where the server says so. */
  constructor(readonly problem: Problem, readonly after: number | null = null) {
    super([problem.found, problem.remedy].filter(Boolean).join(' ') || `${problem.status}`);
    this.name = 'ProblemError';
  }

  get status(): number {
    return this.problem.status;
  }

  get lines(): ProblemLine[] {
    return this.problem.problems.length ? this.problem.problems : [this.problem];
  }
}

/** Somebody else saved meanwhile, and both changed the same lines. */
export class ConflictError extends Error {
  constructor(readonly conflict: Conflict) {
    super('conflict');
    this.name = 'ConflictError';
  }
}

/** No answer came: the connection is lost or the server is down. */
export class OfflineError extends Error {
  constructor() {
    super('offline');
    this.name = 'OfflineError';
  }
}

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
export interface Options { signal?: AbortSignal | undefined; keepalive?: boolean | undefined }

type Watcher = { answered: () => void; lost: () => void; refused: () => void };

let csrf = '';
const watchers = new Set<Watcher>();

/** Calls back whenever the server answers, cannot be reached, or does not know the person any more. */
export function watch(watcher: Watcher): () => void {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
}

function prepared(method: Method, body: unknown, options: Options): RequestInit {
  const headers: Record<string, string> = { Accept: 'application/json' };
  const request: RequestInit = { method, headers, credentials: 'same-origin' };
  if (options.signal) request.signal = options.signal;
  if (options.keepalive) request.keepalive = true;
  if (method !== 'GET' && csrf) headers['X-CSRF-Token'] = csrf;
  if (body instanceof FormData) {
    request.body = body;
  } else if (body !== undefined) {
    headers['Content-Type'] = 'application/json';
    request.body = JSON.stringify(body);
  }
  return request;
}

function failure(status: number, document: unknown, after: string | null): Error {
  const found = (document ?? {}) as Partial<Problem> & { schema?: string };
  if (status === 409 && (found.schema as string) === 'offramp.conflict/1') return new ConflictError(document as Conflict);
  return new ProblemError({ ...found, schema: 'offramp.problem/1', status, problems: found.problems ?? [] }, after && /^\d+$/.test(after) ? Number(after) : null);
}

/** Sends one request. Throws `ProblemError`, `ConflictError`, `OfflineError`, or an `AbortError`. */
export async function request<T>(method: Method, path: string, body?: unknown, options: Options = {}): Promise<T> {
  let response: Response;
  try {
    response = await fetch(`/api${path}`, prepared(method, body, options));
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    watchers.forEach((watcher) => watcher.lost());
    throw new OfflineError();
  }
  watchers.forEach((watcher) => watcher.answered());
  const text = await response.text();
  const document: unknown = text && response.headers.get('content-type')?.includes('json') ? JSON.parse(text) : null;
  if (!response.ok) {
    if (response.status === 401) watchers.forEach((watcher) => watcher.refused());
    throw failure(response.status, document, response.headers.get('retry-after'));
  }
  return document as T;
}

type Query = Record<string, string | number | boolean | null | undefined>;

/** The query string of the values that are given, with its question mark; empty where none is. */
export function query(values: Query): string {
  const given = Object.entries(values).filter(([, value]) => value !== undefined && value !== null && value !== '');
  return given.length ? `?${new URLSearchParams(given.map(([key, value]) => [key, String(value)]))}` : '';
}

const part = encodeURIComponent;
const scenario = (id: string) => `/scenarios/${part(id)}`;

async function session(answer: Promise<Session>): Promise<Session> {
  const found = await answer;
  csrf = found.csrf;
  return found;
}

export const api = {
  session: () => session(request('GET', '/session')),
  signIn: (name: string, password: string) => session(request('POST', '/session', { name, password })),
  signOut: () => request<null>('DELETE', '/session'),
  changePassword: (old: string, fresh: string) => request<null>('POST', '/session/password', { old, new: fresh }),
  changeMe: (changes: Partial<Pick<Person, 'display' | 'email' | 'digest' | 'mail_mentions' | 'language'>>) => request<Json>('PATCH', '/session', changes),
  here: (scenario: string | null, editing: boolean, tab: string) => request<{ people: string[]; editing: string[] }>('PUT', '/presence', { scenario, editing, tab }),
  health: () => request<{ ok: boolean; version: string }>('GET', '/health'),

  tokens: () => request<{ tokens: Token[] } | Token[]>('GET', '/tokens').then((found) => listed(found, 'tokens')),
  makeToken: (name: string, scope: Token['scope'], days: number) => request<Token>('POST', '/tokens', { name, scope, days }),
  dropToken: (id: Token['id']) => request<null>('DELETE', `/tokens/${part(String(id))}`),

  people: () => request<{ people: Person[] } | Person[]>('GET', '/people').then((found) => listed(found, 'people')),
  addPerson: (person: Json) => request<Person>('POST', '/people', person),
  changePerson: (name: string, changes: Json) => request<Person>('PATCH', `/people/${part(name)}`, changes),
  dropPerson: (name: string) => request<null>('DELETE', `/people/${part(name)}`),

  listing: (options?: Options) => request<Listing>('GET', '/scenarios', undefined, options),
  scenarios: (options?: Options) => api.listing(options).then((found) => found.scenarios),
  createScenario: (order: { id: string; text?: string; copy_of?: string; title?: string; blocks?: string[] }) =>
    request<Scenario>('POST', '/scenarios', order),
  scenario: (id: string, options?: Options) => request<Scenario>('GET', scenario(id), undefined, options),
  save: (id: string, text: string, base: string, message?: string) =>
    request<Saved>('PUT', scenario(id), message ? { text, base, message } : { text, base }),
  dropScenario: (id: string) => request<null>('DELETE', scenario(id)),
  renameScenario: (id: string, to: string) => request<Json>('POST', `${scenario(id)}/rename`, { to }),
  saveDraft: (id: string, text: string, base: string, options?: Options) =>
    request<Json>('PUT', `${scenario(id)}/draft`, { text, base }, options),
  dropDraft: (id: string) => request<null>('DELETE', `${scenario(id)}/draft`),
  check: (id: string, text: string, options?: Options) => request<Checked>('POST', `${scenario(id)}/check`, { text }, options),
  edit: (id: string, text: string, changes: Change[]) => request<Edited>('POST', `${scenario(id)}/edit`, { text, changes: changes.map((one) => ({ ...one, path: one.path.map(String) })) }),
  history: (id: string) => request<{ entries: HistoryEntry[] }>('GET', `${scenario(id)}/history`).then((found) => found.entries),
  version: (id: string, version: string) => request<{ text: string; [key: string]: Json }>('GET', `${scenario(id)}/versions/${part(version)}`),
  effect: (id: string, first: string, second: string, options?: Options) =>
    request<Comparison>('GET', `${scenario(id)}/effect${query({ first, second })}`, undefined, options),
  schema: () => request<Json>('GET', '/schema'),
  blocks: () => request<{ blocks: Block[] } | Block[]>('GET', '/blocks').then((found) => listed(found, 'blocks')),

  startJob: (order: JobOrder) => request<Job>('POST', '/jobs', order),
  jobs: (values: { scenario?: string; status?: string } = {}) =>
    request<{ jobs: Job[] } | Job[]>('GET', `/jobs${query(values)}`).then((found) => listed(found, 'jobs')),
  job: (id: string) => request<Job>('GET', `/jobs/${part(id)}`),
  cancelJob: (id: string) => request<Job>('POST', `/jobs/${part(id)}/cancel`),
  resumeJob: (id: string) => request<Job>('POST', `/jobs/${part(id)}/resume`),

  runs: (id?: string) => request<{ runs: RunRow[] }>('GET', `/runs${query({ scenario: id })}`).then((found) => found.runs),
  run: <T = Json>(id: string) => request<T>('GET', `/runs/${part(id)}`),
  dropRun: (id: string) => request<null>('DELETE', `/runs/${part(id)}`),
  reportUrl: (id: string, kind: 'html' | 'md' | 'docx') => `/api/runs/${part(id)}/report.${kind}`,
  shares: () => request<{ shares: Share[] } | Share[]>('GET', '/shares').then((found) => listed(found, 'shares')),
  share: (run: string, days: number, title?: string) => request<Share>('POST', '/shares', title ? { run, days, title } : { run, days }),
  dropShare: (id: string) => request<null>('DELETE', `/shares/${part(id)}`),

  comments: (id: string) =>
    request<{ comments: Comment[] } | Comment[]>('GET', `${scenario(id)}/comments`).then((found) => listed(found, 'comments')),
  comment: (id: string, target: string, text: string, reply?: Comment['id']) =>
    request<Comment>('POST', `${scenario(id)}/comments`, reply === undefined ? { target, text } : { target, text, reply_to: reply }),
  changeComment: (id: Comment['id'], changes: { text?: string; resolved?: boolean }) =>
    request<Comment>('PATCH', `/comments/${part(String(id))}`, changes),
  dropComment: (id: Comment['id']) => request<null>('DELETE', `/comments/${part(String(id))}`),
  mentions: () => request<{ mentions: Mention[] }>('GET', '/mentions').then((found) => found.mentions),
  readMentions: (ids: Mention['id'][] | 'all') => request<null>('POST', '/mentions/read', ids === 'all' ? { all: true } : { ids }),
  documents: (id: string) => request<{ documents: LedgerDocument[] }>('GET', `/documents${query({ scenario: id })}`).then((found) => found.documents),
  addDocument: (form: FormData) => request<AddedDocument>('POST', '/documents', form),
  documentText: (sha256: string, id: string, first = 1) =>
    request<DocumentText>('GET', `/documents/${part(sha256)}/text${query({ scenario: id, first, limit: 500 })}`),
  suggest: (sha256: string, id: string) =>
    request<SuggestedDocument>('POST', `/documents/${part(sha256)}/suggest${query({ scenario: id })}`, { scenario: id }),

  activity: (values: { scenario?: string | undefined; before?: string | number | undefined; limit?: number } = {}) =>
    request<{ entries: Activity[]; next: string | number | null }>('GET', `/activity${query({ ...values, language: language() })}`),
  digest: (days: number) => request<DigestDocument>('GET', `/digest${query({ days, language: language() })}`),
};

/** A list, whether it came bare or under its name. */
function listed<T, K extends string>(found: T[] | { [key in K]: T[] }, key: K): T[] {
  return Array.isArray(found) ? found : found[key];
}
