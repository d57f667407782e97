// A picture in the editor: one of ours, one that is being sent, or one that only
// WeChat shows. It is drawn by code, since the page's policy lets no address be
// asked that is not ours.
import { mergeAttributes, Node } from '@tiptap/core'
import { watch } from 'vue'
import type { Uploads } from '../uploads'

export const pictureNode = (uploads: Uploads) => Node.create({
  name: 'picture', group: 'inline', inline: true, atom: true, draggable: true,
  addAttributes: () => ({
    src: { default: '', parseHTML: (el) => el.getAttribute('data-src') ?? '', renderHTML: (at) => ({ 'data-src': at.src as string }) },
    alt: { default: '', parseHTML: (el) => el.getAttribute('data-alt') ?? '' },
    style: { default: '', parseHTML: (el) => el.getAttribute('data-style') ?? '' },
  }),
  parseHTML: () => [{ tag: 'img[data-src]' }],
  // What is copied carries the address that articles keep, so that it can be pasted again.
  renderHTML: ({ node, HTMLAttributes }) => ['img', mergeAttributes(HTMLAttributes, { src: uploads.addressOf(node.attrs.src as string) || undefined })],
  addNodeView: () => ({ node, editor, getPos }) => {
    const dom = document.createElement('span')
    dom.className = 'picture'
    let stop = draw(node)
    function draw(of: typeof node): () => void {
      const { src, alt, style } = of.attrs as { src: string; alt: string; style: string }
      const up = uploads.all.get(src)
      const show = () => {
        const link = uploads.linkOf(src)
        dom.replaceChildren(link ? seen(link, alt, style) : up ? sending() : told(src))
      }
      if (up) return watch(() => [up.share, up.wrong, up.address], show, { immediate: true })
      show()
      if (uploads.linkOf(src)) return () => {}
      return watch(uploads.known, () => uploads.linkOf(src) && show())
    }
    function sending(): HTMLElement {
      const up = uploads.all.get(node.attrs.src as string)!
      const box = words(up.wrong || `正在上传 ${up.name} ${Math.round(up.share * 100)}%`)
      box.classList.toggle('failed', up.wrong !== '')
      if (up.wrong) {
        box.append(
          button('再传一次', () => void uploads.again(up.key)),
          button('去掉', () => {
            const at = getPos()
            if (at !== undefined) editor.view.dispatch(editor.state.tr.delete(at, at + node.nodeSize))
          }),
        )
      } else {
        const bar = document.createElement('progress')
        bar.value = up.share
        bar.setAttribute('aria-label', `${up.name} 的上传进度`)
        box.append(bar)
      }
      return box
    }
    return {
      dom,
      update(now) {
        if (now.type !== node.type) return false
        if (now.attrs.src !== node.attrs.src || now.attrs.alt !== node.attrs.alt || now.attrs.style !== node.attrs.style) {
          stop()
          node = now
          stop = draw(now)
        }
        node = now
        return true
      },
      stopEvent: (e) => e.target instanceof HTMLButtonElement,
      ignoreMutation: () => true,
      destroy: () => stop(),
    }
  },
})

function seen(link: string, alt: string, style: string): HTMLElement {
  const img = document.createElement('img')
  img.src = link
  img.alt = alt
  img.style.cssText = style
  img.draggable = false
  return img
}

function told(src: string): HTMLElement {
  return words(src.startsWith('https://mmbiz.') ? '微信里的图片，这里不能显示，发布后在微信里可以看到' : '图片暂时看不到，刷新页面后再看')
}

function words(text: string): HTMLElement {
  const box = document.createElement('span')
  box.className = 'stands-for'
  box.append(text)
  return box
}

function button(text: string, act: () => void): HTMLElement {
  const b = document.createElement('button')
  b.type = 'button'
  b.textContent = text
  b.addEventListener('click', act)
  return b
}
