/** The text editor: CodeMirror with YAML, completion, hints and problems of scenarios. */
import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap, snippetCompletion, type CompletionContext, type CompletionResult } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, indentWithTab, isolateHistory, redo, redoDepth, undo, undoDepth } from '@codemirror/commands';
import { yaml } from '@codemirror/lang-yaml';
import { bracketMatching, codeFolding, foldGutter, foldKeymap, HighlightStyle, indentOnInput, indentService, indentUnit, syntaxHighlighting, type IndentContext } from '@codemirror/language';
import { forceLinting, linter, lintGutter, lintKeymap, setDiagnostics, type Diagnostic } from '@codemirror/lint';
import { highlightSelectionMatches, search, searchKeymap } from '@codemirror/search';
import { Annotation, ChangeSet, Compartment, EditorState, Transaction, type Extension } from '@codemirror/state';
import { drawSelection, dropCursor, EditorView, highlightActiveLine, highlightActiveLineGutter, hoverTooltip, keymap, lineNumbers, type ViewUpdate } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { textChanges } from '../../lib/diff';
import type { Path, ProblemLine } from '../../lib/types';
import { explained, suggestions, type Suggestion } from '../../scenario/complete';
import type { Names } from '../../scenario/names';
import { nearestPlace, pathOf, pointedAt, reading } from '../../scenario/reading';
import type { Schema } from '../../scenario/schema';

export interface Hooks {
  changed: (text: string) => void;
  save: () => void;
  schema: () => Schema | null;
  names: () => Names;
  /** Words of the editor itself, by their English. */
  phrases: Record<string, string>;
  label: string;
}

const colours = HighlightStyle.define([
  { tag: [tags.definition(tags.propertyName), tags.propertyName], color: 'var(--link)' },
  { tag: [tags.string, tags.special(tags.string)], color: 'var(--good)' },
  { tag: [tags.lineComment, tags.comment], color: 'var(--quiet)', fontStyle: 'italic' },
  { tag: [tags.keyword, tags.typeName, tags.labelName], color: 'var(--warn)' },
  { tag: tags.meta, color: 'var(--quiet)' },
]);

/** As deep as the line before; two deeper where that one opens something. */
function depth(context: IndentContext, at: number): number {
  const { doc } = context.state;
  for (let number = doc.lineAt(at).number - (at === doc.lineAt(at).from ? 1 : 0); number > 0; number--) {
    const line = doc.line(number);
    const text = (number === doc.lineAt(at).number ? line.text.slice(0, at - line.from) : line.text).replace(/\s#.*$/, '').trimEnd();
    if (!text.trim() || text.trimStart().startsWith('#')) continue;
    const indent = /^\s*/.exec(text)![0].length + (/^\s*- ./.test(text) ? 2 : 0);
    return indent + (/[:{[]$/.test(text) ? 2 : 0);
  }
  return 0;
}

const looks = EditorView.theme({
  '&': { height: '100%', fontSize: '0.86rem', backgroundColor: 'var(--paper)', color: 'var(--ink)' },
  '.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: '1.55' },
  '&.cm-focused': { outline: 'none' },
  '.cm-content': { caretColor: 'var(--ink)', paddingBottom: '40vh' },
  '.cm-cursor, .cm-dropCursor': { borderLeftColor: 'var(--ink)' },
  '.cm-gutters': { backgroundColor: 'var(--paper)', color: 'var(--quiet)', border: 'none' },
  '.cm-activeLine, .cm-activeLineGutter': { backgroundColor: 'color-mix(in srgb, var(--accent) 7%, transparent)' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': { backgroundColor: 'color-mix(in srgb, var(--accent) 28%, transparent)' },
  '.cm-selectionMatch': { backgroundColor: 'color-mix(in srgb, var(--yellow) 30%, transparent)' },
  '.cm-searchMatch': { backgroundColor: 'color-mix(in srgb, var(--orange) 35%, transparent)' },
  '.cm-searchMatch-selected': { backgroundColor: 'color-mix(in srgb, var(--orange) 65%, transparent)' },
  '.cm-matchingBracket': { backgroundColor: 'color-mix(in srgb, var(--green) 30%, transparent)' },
  '.cm-panels, .cm-tooltip': { backgroundColor: 'var(--raised)', color: 'var(--ink)', borderColor: 'var(--line)' },
  '.cm-tooltip': { border: '1px solid var(--line)', borderRadius: '6px', boxShadow: 'var(--shadow)', overflow: 'hidden' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul': { fontFamily: 'var(--mono)', fontSize: '0.84rem', maxHeight: '18em' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li': { padding: '0.2rem 0.6rem' },
  '.cm-tooltip-autocomplete ul li[aria-selected]': { backgroundColor: 'var(--accent)', color: 'var(--on-accent)' },
  '.cm-completionDetail': { fontStyle: 'normal', fontFamily: 'var(--sans)', opacity: '0.8' },
  '.cm-hint': { padding: '0.4rem 0.7rem', maxWidth: '26rem', fontSize: '0.86rem' },
  '.cm-diagnostic': { fontFamily: 'var(--sans)', fontSize: '0.86rem', whiteSpace: 'pre-wrap', maxWidth: '32rem' },
  '.cm-diagnostic-error': { borderLeftColor: 'var(--bad)' },
  '.cm-panel.cm-search': { padding: '0.5rem 0.75rem' },
  '.cm-textfield': { backgroundColor: 'var(--paper)', border: '1px solid var(--line)', borderRadius: '4px', width: 'auto', minHeight: '0' },
  '.cm-button': { backgroundImage: 'none', backgroundColor: 'var(--wash)', border: '1px solid var(--line)', borderRadius: '4px', color: 'var(--ink)' },
  '.cm-foldPlaceholder': { backgroundColor: 'var(--wash)', borderColor: 'var(--line)', color: 'var(--quiet)' },
});

/** Marks a change that did not come from the keyboard: a form's, or what somebody else saved. */
const fromElsewhere = Annotation.define<boolean>();

function completion(one: Suggestion) {
  const given = { label: one.label, type: one.kind, detail: one.says.length > 48 ? `${one.says.slice(0, 46)}…` : one.says };
  return one.insert?.includes('${') ? snippetCompletion(one.insert, given) : { ...given, apply: one.insert ?? one.label };
}

export class Editor {
  readonly view: EditorView;
  #readOnly = new Compartment();
  /** Changes since each tracker began, one a tracker. */
  #trackers = new Set<{ since: ChangeSet }>();

  constructor(parent: HTMLElement, text: string, private readonly hooks: Hooks, readOnly = false) {
    this.view = new EditorView({ parent, state: EditorState.create({ doc: text, extensions: this.#extensions(readOnly) }) });
  }

  #extensions(readOnly: boolean): Extension[] {
    const nonce = document.querySelector<HTMLMetaElement>('meta[name=csp-nonce]')?.content ?? '';
    return [
      EditorView.cspNonce.of(nonce),
      this.#readOnly.of(EditorState.readOnly.of(readOnly)),
      lineNumbers(), foldGutter(), codeFolding(), lintGutter(), history(), drawSelection(), dropCursor(), indentOnInput(), bracketMatching(), closeBrackets(),
      highlightActiveLine(), highlightActiveLineGutter(), highlightSelectionMatches(), search({ top: true }),
      yaml(), indentUnit.of('  '), indentService.of(depth), syntaxHighlighting(colours), looks, EditorView.lineWrapping,
      linter(null), autocompletion({ override: [(context) => this.#complete(context)], icons: false, maxRenderedOptions: 60 }),
      hoverTooltip((view, at) => this.#hint(view, at)),
      EditorState.phrases.of(this.hooks.phrases),
      EditorView.contentAttributes.of({ 'aria-label': this.hooks.label, spellcheck: 'false', tabindex: '0' }),
      keymap.of([
        { key: 'Mod-s', preventDefault: true, run: () => (this.hooks.save(), true) },
        ...closeBracketsKeymap, ...completionKeymap, ...searchKeymap, ...historyKeymap, ...foldKeymap, ...lintKeymap, ...defaultKeymap, indentWithTab,
      ]),
      EditorView.updateListener.of((update) => this.#updated(update)),
    ];
  }

  #updated(update: ViewUpdate): void {
    if (update.docChanged) {
      for (const tracker of this.#trackers) tracker.since = tracker.since.compose(update.changes);
      this.hooks.changed(this.text);
    }
  }

  #complete(context: CompletionContext): CompletionResult | null {
    const schema = this.hooks.schema();
    const before = context.matchBefore(/[\w.]*/);
    if (!schema || (!context.explicit && !before?.text)) return null;
    const found = suggestions(context.state.doc.toString(), context.pos, schema, this.hooks.names());
    if (!found) return null;
    return { from: found.from, options: found.list.map(completion), validFor: /^\w*$/ };
  }

  #hint(view: EditorView, at: number) {
    const schema = this.hooks.schema();
    if (!schema) return null;
    const here = pointedAt(reading(view.state.doc.toString()), at);
    if (!here) return null;
    const word = view.state.wordAt(at);
    const found = explained(schema, this.hooks.names(), here.path, here.role, word ? view.state.sliceDoc(word.from, word.to) : '');
    if (!found) return null;
    const create = () => {
      const dom = document.createElement('div');
      dom.className = 'cm-hint';
      dom.append(Object.assign(document.createElement('strong'), { textContent: found.title }), ` ${found.says}`);
      return { dom };
    };
    return { pos: word?.from ?? at, end: word?.to ?? at, above: true, create };
  }

  get text(): string {
    return this.view.state.doc.toString();
  }

  /**
   * Begins to note what is typed; the function that it returns brings in a text that was made, elsewhere, of the text as it
   * is now. What was typed meanwhile stays. It is one step for undo.
   */
  track(): (made: string) => void {
    const start = this.text;
    const tracker = { since: ChangeSet.empty(start.length) };
    this.#trackers.add(tracker);
    return (made) => {
      this.#trackers.delete(tracker);
      const changes = ChangeSet.of(textChanges(start, made), start.length).map(tracker.since);
      if (changes.empty) return;
      this.view.dispatch({ changes, annotations: [Transaction.userEvent.of('input.form'), fromElsewhere.of(true), isolateHistory.of('full')] });
    };
  }

  /** Brings in another text with as small changes as can be, as one step for undo. */
  bring(text: string): void {
    this.track()(text);
  }

  freeze(on: boolean): void {
    this.view.dispatch({ effects: this.#readOnly.reconfigure(EditorState.readOnly.of(on)) });
  }

  /** Shows problems at their lines. */
  mark(problems: ProblemLine[]): void {
    const read = reading(this.text);
    const found = problems.map((problem) => this.#diagnostic(problem, read)).sort((a, b) => a.from - b.from);
    this.view.dispatch(setDiagnostics(this.view.state, found));
    forceLinting(this.view);
  }

  #diagnostic(problem: ProblemLine, read: ReturnType<typeof reading>): Diagnostic {
    const { from, to } = this.#span(problem, read);
    const message = [problem.found, problem.allowed, problem.remedy].filter(Boolean).join('\n');
    return { from, to, severity: 'error', message };
  }

  #span(problem: ProblemLine, read: ReturnType<typeof reading>): { from: number; to: number } {
    const doc = this.view.state.doc;
    if (problem.line && problem.line <= doc.lines) {
      const line = doc.line(problem.line);
      const from = Math.min(line.to, line.from + Math.max(0, (problem.column ?? 1) - 1));
      const word = this.view.state.wordAt(from);
      return { from, to: Math.max(word?.to ?? from, Math.min(line.to, from + 1)) };
    }
    const path = typeof problem.path === 'string' ? pathOf(problem.path) : (problem.path ?? []);
    const place = nearestPlace(read, path);
    return place ? { from: place.from, to: Math.min(place.to, doc.lineAt(place.from).to) } : { from: 0, to: doc.line(1).to };
  }

  /** Goes to a line and column, both counted from 1. */
  toLine(line: number, column = 1, focus = true): void {
    const found = this.view.state.doc.line(Math.max(1, Math.min(line, this.view.state.doc.lines)));
    this.#to(Math.min(found.to, found.from + column - 1), focus);
  }

  /** Goes to where a path stands. */
  toPath(path: Path, focus = true): boolean {
    const place = nearestPlace(reading(this.text), path);
    if (place) this.#to(place.from, focus);
    return place !== null;
  }

  /** Brings a path into view and leaves the cursor where it is. */
  reveal(path: Path): void {
    const place = nearestPlace(reading(this.text), path);
    if (place) this.view.dispatch({ effects: EditorView.scrollIntoView(place.from, { y: 'center' }) });
  }

  #to(at: number, focus: boolean): void {
    this.view.dispatch({ selection: { anchor: at }, effects: EditorView.scrollIntoView(at, { y: 'start', yMargin: 60 }) });
    if (focus) this.view.focus();
  }

  undo(): void {
    undo(this.view);
  }

  redo(): void {
    redo(this.view);
  }

  get steps(): { undo: number; redo: number } {
    return { undo: undoDepth(this.view.state), redo: redoDepth(this.view.state) };
  }

  destroy(): void {
    this.view.destroy();
  }
}
