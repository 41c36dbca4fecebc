/** Texts with placeholders and plural forms. */

export type Text = string | { [form: string]: string };
export type Catalogue = Record<string, Text>;
export type Values = Record<string, string | number>;

const rules = new Map<string, Intl.PluralRules>();

function form(language: string, n: number): string {
  const rule = rules.get(language) ?? new Intl.PluralRules(language);
  rules.set(language, rule);
  return rule.select(n);
}

function written(value: string | number, language: string): string {
  return typeof value === 'number' ? new Intl.NumberFormat(language).format(value) : value;
}

/** A text with `{name}` replaced by the value of that name; the key itself where there is no text. */
export function fill(text: Text | undefined, key: string, values: Values, language: string): string {
  if (text === undefined) return key;
  const chosen = typeof text === 'string' ? text : (text[form(language, Number(values.n ?? 0))] ?? text.other ?? key);
  return chosen.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = values[name];
    return value === undefined ? whole : written(value, language);
  });
}
