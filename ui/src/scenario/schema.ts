/** Walks the JSON Schema of the scenario file along paths of a text. */
import type { Json, Path } from '../lib/types';

export interface Schema {
  type?: string | string[];
  description?: string;
  properties?: Record<string, Schema>;
  additionalProperties?: Schema | boolean;
  propertyNames?: Schema;
  items?: Schema | boolean;
  prefixItems?: Schema[];
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  enum?: Json[];
  const?: Json;
  required?: string[];
}

/** A schema and all that it may be besides. */
function forms(schema: Schema): Schema[] {
  return [schema, ...[...(schema.anyOf ?? []), ...(schema.oneOf ?? []), ...(schema.allOf ?? [])].flatMap(forms)];
}

function step(schema: Schema, key: string | number): Schema[] {
  if (typeof key === 'number') {
    const item = schema.prefixItems?.[key] ?? schema.items;
    return item && typeof item === 'object' ? forms(item) : [];
  }
  const property = schema.properties?.[key] ?? schema.additionalProperties;
  return property && typeof property === 'object' ? forms(property) : [];
}

/** All schemas that may apply to what stands at a path. */
export function schemasAt(schema: Schema, path: Path): Schema[] {
  return path.reduce<Schema[]>((found, key) => found.flatMap((one) => step(one, key)), forms(schema));
}

export interface Named { name: string; says: string }

/** The keys that a mapping at a path can have, with what they mean. */
export function keysAt(schema: Schema, path: Path): Named[] {
  const found = new Map<string, string>();
  for (const one of schemasAt(schema, path)) {
    for (const [name, property] of Object.entries(one.properties ?? {})) found.set(name, found.get(name) || saying(forms(property)));
    for (const name of forms(one.propertyNames ?? {}).flatMap((form) => form.enum ?? [])) if (typeof name === 'string') found.set(name, '');
  }
  return [...found].map(([name, says]) => ({ name, says }));
}

/** The single values that can stand at a path. */
export function valuesAt(schema: Schema, path: Path): string[] {
  const found = schemasAt(schema, path).flatMap((one) => [...(one.enum ?? []), ...(one.const !== undefined ? [one.const] : [])]);
  return [...new Set(found.filter((value) => value !== null && typeof value !== 'object').map(String))];
}

/** Whether a mapping can stand at a path. */
export function takesMapping(schema: Schema, path: Path): boolean {
  return schemasAt(schema, path).some((one) => one.type === 'object');
}

function saying(schemas: Schema[]): string {
  return schemas.find((one) => one.description)?.description ?? '';
}

/** What the schema says about what stands at a path; empty where it says nothing. */
export function sayingAt(schema: Schema, path: Path): string {
  return saying(schemasAt(schema, path));
}
