/** A figure's numbers as a table: the first column names the row; `numbers: false` where the others hold words. */
export type Table = { head: string[]; rows: string[][]; numbers?: boolean };
