/// <reference types="vitest/config" />
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig, type Plugin } from 'vite';

const ALSO = ['../examples/venezuela-2024.yaml', 'index.html', 'package-lock.json', 'vite.config.ts'];

/** The SHA-256 over all sources: each path and its content, a zero byte after both, paths in order. */
function sourcesHash(): string {
  const inside = readdirSync('src', { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => `${entry.parentPath}/${entry.name}`);
  const hash = createHash('sha256');
  for (const path of [...inside, ...ALSO].sort()) {
    hash.update(path).update('\0').update(readFileSync(path)).update('\0');
  }
  return hash.digest('hex');
}

/** Writes `built.json`, by which a test tells whether the build is that of the sources. */
function built(): Plugin {
  return {
    name: 'built',
    apply: 'build',
    generateBundle() {
      this.emitFile({ type: 'asset', fileName: 'built.json', source: `${JSON.stringify({ sources: sourcesHash() })}\n` });
    },
  };
}

export default defineConfig({
  plugins: [svelte(), built()],
  base: './',
  build: {
    outDir: '../offramp/workspace/static',
    emptyOutDir: true,
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    target: 'es2022',
    chunkSizeWarningLimit: 700,
  },
  server: { fs: { allow: ['..'] }, proxy: { '/api': 'http://127.0.0.1:8765', '/s/': 'http://127.0.0.1:8765' } },
  test: { include: ['tests/**/*.test.ts'], environment: 'node' },
});
