/// <reference types="vitest/config" />
import { fileURLToPath } from 'node:url'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vite'

// In development the edge answers /api, /t.js and /schema; name another one with DATALAB_EDGE.
const edge = process.env.DATALAB_EDGE ?? 'http://localhost:8080'

export default defineConfig({
  plugins: [vue()],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  build: {
    // The policy `default-src 'self'` allows no data: addresses, so nothing is inlined.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: ['chrome123', 'firefox128', 'safari17.5'],
    manifest: true,
    // Few files: what nearly every page needs comes together, each page on its own.
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: 'vue', test: /node_modules\/(@vue|vue|vue-router)\// },
            { name: 'shared', test: /src\/(api|live|messages|numbers|parts|session|theme)\// },
          ],
        },
      },
    },
  },
  server: {
    port: 5173,
    proxy: {
      '/api': { target: edge, ws: true },
      '/t.js': { target: edge },
      '/schema': { target: edge },
    },
  },
  test: {
    environment: 'happy-dom',
    include: ['tests/**/*.test.ts'],
    env: { TZ: 'Europe/Berlin' },
    restoreMocks: true,
    testTimeout: 20_000,
    hookTimeout: 60_000,
  },
})
