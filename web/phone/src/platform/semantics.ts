// uni-app's H5 renders <uni-button>, <uni-input> and their like as elements that no
// browser knows: without role, focus, key or label (dcloudio/uni-app issues 4353 and
// 6062). The mini-program's attributes (aria-role, aria-label) are the source; this
// gives them their meaning in HTML.

const pressed = new Set(['button', 'link', 'tab', 'checkbox', 'radio', 'switch', 'option', 'menuitem'])

function put(e: Element, name: string, value: string): void {
  if (e.getAttribute(name) !== value) e.setAttribute(name, value)
}

function unless(e: Element, name: string, value: string): void {
  if (!e.hasAttribute(name)) e.setAttribute(name, value)
}

/** Elements of uni-app, and what they are. */
const meanings: [selector: string, role: string, more?: (e: Element) => void][] = [
  ['uni-navigator', 'link', (e) => unless(e, 'tabindex', '0')],
  ['uni-page-body', 'main'],
  ['.uni-page-head', 'banner'],
  ['.uni-page-head__title', 'heading', (e) => unless(e, 'aria-level', '1')],
  [
    '.uni-page-head-btn',
    'button',
    (e) => {
      unless(e, 'tabindex', '0')
      unless(e, 'aria-label', '返回')
    },
  ],
  ['uni-toast', 'status'],
  ['uni-modal', 'dialog', (e) => {
    unless(e, 'aria-modal', 'true')
    unless(e, 'aria-label', e.querySelector('.uni-modal__title')?.textContent || '请确认')
  }],
  ['.uni-modal__btn', 'button', (e) => unless(e, 'tabindex', '0')],
  ['uni-radio-group', 'radiogroup'],
]

function named(host: Element): void {
  const inner = host.querySelector('input,textarea')
  if (inner === null) return
  for (const name of ['aria-label', 'aria-describedby', 'aria-invalid']) {
    const value = host.getAttribute(name)
    if (value !== null) put(inner, name, value)
    else if (inner.hasAttribute(name)) inner.removeAttribute(name)
  }
}

function toggled(host: Element, role: string): void {
  unless(host, 'role', role)
  unless(host, 'tabindex', '0')
  put(host, 'aria-checked', String(host.querySelector('.uni-switch-input-checked,.uni-checkbox-input-checked,.uni-radio-input-checked,svg') !== null))
}

function mean(root: ParentNode): void {
  root.querySelectorAll('uni-button').forEach((e) => {
    const off = e.hasAttribute('disabled')
    unless(e, 'role', 'button')
    put(e, 'tabindex', off ? '-1' : '0')
    if (off) put(e, 'aria-disabled', 'true')
    else e.removeAttribute('aria-disabled')
  })
  root.querySelectorAll('[aria-role]').forEach((e) => {
    const role = e.getAttribute('aria-role') ?? ''
    e.removeAttribute('aria-role') // which HTML does not know
    if (role === '') return
    put(e, 'role', role)
    if (pressed.has(role)) unless(e, 'tabindex', '0')
  })
  root.querySelectorAll('uni-input,uni-textarea').forEach(named)
  root.querySelectorAll('uni-switch').forEach((e) => toggled(e, 'switch'))
  root.querySelectorAll('uni-checkbox').forEach((e) => toggled(e, 'checkbox'))
  root.querySelectorAll('uni-radio').forEach((e) => toggled(e, 'radio'))
  root.querySelectorAll('uni-image').forEach((e) => {
    const label = e.getAttribute('aria-label')
    if (label) unless(e, 'role', 'img')
    else unless(e, 'aria-hidden', 'true')
    e.querySelectorAll('img').forEach((inner) => unless(inner, 'alt', ''))
  })
  for (const [selector, role, more] of meanings) {
    root.querySelectorAll(selector).forEach((e) => {
      unless(e, 'role', role)
      more?.(e)
    })
  }
  document.documentElement.lang = 'zh-CN'
}

let due = false
function soon(): void {
  if (due) return
  due = true
  queueMicrotask(() => {
    due = false
    mean(document)
  })
}

new MutationObserver(soon).observe(document.documentElement, {
  childList: true,
  subtree: true,
  attributes: true,
  attributeFilter: ['class', 'aria-role', 'aria-label', 'aria-describedby', 'aria-invalid', 'disabled', 'id'],
})

// What can be focused can be pressed by key.
document.addEventListener('keydown', (e) => {
  const at = e.target as HTMLElement
  if (at.matches('input,textarea,button,a,select,[contenteditable]')) return
  if ((e.key === 'Enter' || e.key === ' ') && pressed.has(at.getAttribute('role') ?? '')) {
    e.preventDefault()
    at.click()
  }
})

// The whole of a field can be tapped, not the line of text alone.
document.addEventListener('click', (e) => {
  const host = (e.target as HTMLElement).closest('uni-input,uni-textarea')
  if (host === null || host.contains(document.activeElement)) return
  host.querySelector<HTMLElement>('input,textarea')?.focus()
})

mean(document)
