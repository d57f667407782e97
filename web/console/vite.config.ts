import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vite'

// The build is committed and compared byte for byte, so nothing in it may depend
// on the folder or the hour. LIANXIN_DIST lets the check build elsewhere.
export default defineConfig({
  base: '/console/',
  plugins: [vue()],
  build: {
    outDir: process.env.LIANXIN_DIST ?? '../dist/console',
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 600, // the editor's library, which only the newsroom loads
    rolldownOptions: {
      output: {
        // Libraries change seldom: what is in their file stays in the caches of
        // browsers, and in the history of this repository, while ours changes.
        codeSplitting: {
          groups: [
            { name: 'vue', test: /node_modules\/(@vue|vue|vue-router|openapi-fetch)\//, priority: 2 },
            { name: 'editor', test: /node_modules\/(@tiptap|prosemirror-|parse5|entities|orderedmap|rope-sequence|w3c-keyname)/, priority: 2 },
            { name: 'kit', test: /node_modules\/(element-plus|@element-plus|@vueuse|@floating-ui|@popperjs|@ctrl|@sxzz|lodash-unified|lodash-es|async-validator|dayjs|memoize-one|normalize-wheel-es)\/.*\.m?js$/, priority: 1 },
          ],
        },
      },
    },
  },
})
