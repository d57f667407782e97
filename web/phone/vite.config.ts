import { fileURLToPath } from 'node:url'
import uniPlugin from '@dcloudio/vite-plugin-uni'
import { defineConfig, type Plugin } from 'vite'

const uni = (uniPlugin as unknown as { default?: typeof uniPlugin }).default ?? uniPlugin
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const mini = process.env.UNI_PLATFORM === 'mp-weixin'

/**
 * In the mini-program the size of rem follows WeChat's font setting, or the elder
 * version, by a page-meta that must be the first node of each page and cannot be
 * in a component.
 */
const pageMeta: Plugin = {
  name: 'lianxin:page-meta',
  enforce: 'pre',
  transform(code, id) {
    if (!mini || !/\/src\/pages\/[^?]+\.vue$/.test(id)) return
    return code.replace(/<template>\s*/, '<template>\n  <page-meta :root-font-size="$comfort.root" />\n  ')
  },
}

/** The first page and what it needs are fetched beside the frame, not after it: on a slow line that is a whole turn. */
const firstPage: Plugin = {
  name: 'lianxin:first-page',
  transformIndexHtml: {
    order: 'post',
    handler(html, { bundle = {} }) {
      const chunks = Object.values(bundle).filter((file) => file.type === 'chunk')
      const first = chunks.find((chunk) => chunk.fileName.includes('/pages-index-index'))
      const wanted = new Set<string>()
      const want = (name: string) => {
        if (wanted.has(name) || html.includes(name)) return
        wanted.add(name)
        chunks.find((chunk) => chunk.fileName === name)?.imports.forEach(want)
      }
      if (first !== undefined) want(first.fileName)
      return [...wanted].sort().map((name) => ({ tag: 'link', attrs: { rel: 'modulepreload', crossorigin: true, href: '/h5/' + name }, injectTo: 'head' as const }))
    },
  },
}

// The build of the H5 pages is committed and compared byte for byte, so nothing in
// it may depend on the folder or the hour.
export default defineConfig({
  base: '/h5/',
  plugins: [pageMeta, uni(), firstPage],
  resolve: { alias: { '#platform': here(mini ? './src/platform/mini.ts' : './src/platform/h5.ts') } },
  // Where the mini-program finds the server: it has no address of its own. H5 asks where it came from.
  define: { __SERVER__: JSON.stringify(mini ? (process.env.LIANXIN_PUBLIC_URL ?? 'https://lianxin.example.cn') : '') },
  build: {
    target: 'es2018',
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    chunkSizeWarningLimit: 600,
    ...(!mini && {
      // A file more is a turn more on a slow line: all styles are one, and so are the parts that most pages share.
      cssCodeSplit: false,
      rollupOptions: { output: { manualChunks: (id: string) => (/\/src\/(parts\/|[a-z-]+\.ts)/.test(id) ? 'parts' : undefined) } },
    }),
  },
})
