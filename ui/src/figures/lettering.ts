/** How much room text takes, and where its lines break: measured in the page's own font, else estimated a little too wide. */

/** Advance widths of Helvetica in thousandths of the size, for what is not a letter of usual width. */
const NARROW: Record<string, number> = {
  i: 222, j: 222, l: 222, f: 278, t: 278, r: 333, I: 278, '.': 278, ',': 278, ':': 278, ';': 278, "'": 191, '|': 260, '!': 278,
  '(': 333, ')': 333, '[': 278, ']': 278, ' ': 278, '·': 278, '-': 333, '–': 556, '’': 222, '‘': 222, '“': 333, '”': 333, '/': 278,
};
const WIDE: Record<string, number> = { m: 833, w: 722, M: 833, W: 944, '%': 889, '@': 1015, '—': 1000, '…': 1000, '→': 1000 };
const SAFETY = 1.03;

function advance(letter: string): number {
  const known = NARROW[letter] ?? WIDE[letter];
  if (known !== undefined) return known;
  if (/[\u1100-\ud7ff\uf900-\ufaff\uff00-\uffe6]/.test(letter)) return 1000;
  if (/\p{Lu}/u.test(letter)) return 700;
  return /[ckszxvy]/.test(letter) ? 500 : 556;
}

let canvas: CanvasRenderingContext2D | null | undefined;

/** What measures text in the page's font; nothing where no page is, as in tests. */
function ruler(): CanvasRenderingContext2D | null {
  if (canvas === undefined) canvas = typeof document === 'undefined' ? null : document.createElement('canvas').getContext('2d');
  return canvas;
}

/** The width of one line of `text` in pixels, set at `size` pixels. */
export function textWidth(text: string, size: number, bold = false): number {
  const measure = ruler();
  if (measure) {
    measure.font = `${bold ? 600 : 400} ${size}px ${getComputedStyle(document.body).fontFamily}`;
    return measure.measureText(text).width;
  }
  return estimate(text, size, bold);
}

/** The same without a page: by the widths of a plain sans-serif. */
export function estimate(text: string, size: number, bold = false): number {
  let sum = 0;
  for (const letter of text) sum += advance(letter);
  return (SAFETY * size * sum * (bold ? 1.06 : 1)) / 1000;
}

/** `text` cut to `width` pixels, with an ellipsis where something is left out. */
export function cut(text: string, width: number, size: number, bold = false): string {
  if (textWidth(text, size, bold) <= width) return text;
  let kept = text;
  while (kept && textWidth(`${kept}…`, size, bold) > width) kept = kept.slice(0, -1);
  return `${kept.trimEnd()}…`;
}

/** `text` in at most `most` lines of `width` pixels, broken between words; the last is cut where it must be. */
export function wrapped(text: string, width: number, size: number, most = Infinity, bold = false): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/).filter(Boolean)) {
    const longer = line ? `${line} ${word}` : word;
    if (line && textWidth(longer, size, bold) > width) {
      lines.push(line);
      line = word;
    } else {
      line = longer;
    }
  }
  if (line) lines.push(line);
  const shown = lines.length > most ? [...lines.slice(0, most - 1), lines.slice(most - 1).join(' ')] : lines;
  return shown.map((each) => cut(each, width, size, bold));
}

/** A name from the file as words. */
export function spaced(name: string): string {
  return name.replaceAll('_', ' ');
}
