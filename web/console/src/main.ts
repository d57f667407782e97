import { createApp } from 'vue'
import App from './App.vue'
import './parts/kit'
import './tokens.css'
import './page.css'
import { leaveFor, router } from './router'
import { begin } from './session/session'

// After an update the files of the page that is still open are gone: it is loaded
// anew, once; when that does not help, the router tells.
const reloadedAt = 'lianxin.reloaded'
window.addEventListener('vite:preloadError', (e) => {
  if (Date.now() - Number(sessionStorage.getItem(reloadedAt)) < 60_000) return
  sessionStorage.setItem(reloadedAt, String(Date.now()))
  e.preventDefault()
  window.location.reload()
})

begin({ signIn: () => leaveFor('sign-in'), enrol: () => leaveFor('enrol') })
createApp(App).use(router).mount('#app')
